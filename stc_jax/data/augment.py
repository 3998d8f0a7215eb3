"""The paper's 14 variants of a clip, made on the device."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float, Int

DEGREES = (0.0, -7.5, -5.0, -2.5, 2.5, 5.0, 7.5)
VARIANTS = 2 * len(DEGREES)


def vary(
  video: Float[Array, 'b t h w c'], variant: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Makes one of 14 variants of each clip, the same for all its frames.

  {original, mirrored} x rotation by {0, 2.5, 5, 7.5} degrees either way (Yu et al.
  2018, sec. 4.2); variant 0 is the clip itself. Rotation is about the centre, bilinear,
  and repeats the border where it looks outside, which the paper leaves open: a black
  corner would tell the network the angle.
  """
  rows, columns = source_coordinates(*video.shape[2:4])
  return jax.vmap(_sample)(
    video, jnp.asarray(rows)[variant], jnp.asarray(columns)[variant]
  )


def source_coordinates(
  height: int, width: int
) -> tuple[Float[np.ndarray, 'v h w'], Float[np.ndarray, 'v h w']]:
  """Where each variant's pixels come from: rows and columns, float32.

  Variants 0..6 are the rotations of `DEGREES`, 7..13 the same of the mirrored clip.
  Positive angles turn anticlockwise, as in OpenCV.
  """
  y, x = np.mgrid[:height, :width]
  y, x = y - (height - 1) / 2, x - (width - 1) / 2
  rows, columns = [], []
  for mirror in (1, -1):
    for angle in np.deg2rad(DEGREES):
      columns.append(mirror * (np.cos(angle) * x - np.sin(angle) * y) + (width - 1) / 2)
      rows.append(np.sin(angle) * x + np.cos(angle) * y + (height - 1) / 2)
  return np.stack(rows).astype(np.float32), np.stack(columns).astype(np.float32)


def _sample(clip: Array, rows: Array, columns: Array) -> Array:
  def one_image(image):
    return map_coordinates(image, [rows, columns], order=1, mode='nearest')

  over_channels = jax.vmap(one_image, in_axes=-1, out_axes=-1)
  return jax.vmap(over_channels)(clip)
