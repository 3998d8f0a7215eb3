"""What is done to a video before a network reads it; on the device.

A transform maps normalised videos [b, t, h, w, c] and their lengths to videos
[b, t, h, w, c2]. A video's length is the number of its own frames; those after them
repeat the last one. A new transform is a line in `TRANSFORMS`. A view is a variant of a
clip; at test time the probabilities of all views are averaged.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

# Local contrast: the neighbourhood's reach as a share of the picture's side, and how
# much of the clip's usual contrast a flat neighbourhood's is raised by.
_REACH = 0.1
CONTRAST_FLOOR = 0.3
# Beside the frames, their change is small.
CHANGE = 2.0
# Under the root of a neighbourhood without any contrast.
LEAST_SQUARE = 1e-8
# Differences of normalised pixels below this, or below this share of what they are
# differences from, come from rounding alone: levels are 0.003 apart at least.
ROUNDING = 4e-6
_EXACT = jax.lax.Precision.HIGHEST  # else an accelerator rounds to 10 bits


def gray(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w 1']:
  """The mean of the colours: an expression is told by shape, and not by colour."""
  del lengths  # Each pixel by itself.
  return video.mean(axis=-1, keepdims=True)


def remove_appearance(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Subtracts each pixel's mean over the clip's own frames: change is what is left.

  With few subjects a network can tell people apart before it tells expressions apart.
  Where nothing changes 0 is left, and no rounding for others to amplify.
  """
  weights = _weights(video, lengths)
  mean = jnp.einsum('bt,bthwc->bhwc', weights, video, precision=_EXACT)[:, None]
  change = video - mean
  return jnp.where(abs(change) <= _rounding(mean), 0, change)


def frames_and_change(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w 2*c']:
  """Puts what `remove_appearance` leaves, twice as strong, behind the frames."""
  change = CHANGE * remove_appearance(video, lengths)
  return jnp.concatenate([video, change], axis=-1)


def local_contrast(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Each pixel in terms of its neighbourhood's mean and deviation.

  The neighbourhood is the square around it in its frame and channel, a tenth of the
  picture's side in reach: 7 x 7 of 32 x 32 pixels, 9 x 9 of 48 x 48. Light and skin
  matter less, edges more, as in HOG. The deviation is raised by 0.3 of the clip's mean
  of such deviations, so that flat skin stays flat; a flat neighbourhood is 0. After
  Jarrett et al. 2009.
  """
  mean = _neighbourhood_mean(video)
  centred = video - mean
  centred = jnp.where(abs(centred) <= _rounding(mean), 0, centred)
  deviation = jnp.sqrt(_neighbourhood_mean(jnp.square(centred)) + LEAST_SQUARE)
  weights = _weights(video, lengths)
  usual = jnp.einsum('bt,bt->b', weights, deviation.mean(axis=(2, 3, 4)))
  return centred / (deviation + CONTRAST_FLOOR * usual[:, None, None, None, None])


def _weights(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t']:
  """Of a mean over a clip's own frames."""
  frames = jnp.arange(video.shape[1])
  return jnp.where(frames < lengths[:, None], 1 / lengths[:, None], 0)


def _rounding(of: Float[Array, '*n']) -> Float[Array, '*n']:
  """How far from these numbers is no difference."""
  return ROUNDING * jnp.maximum(1, abs(of))


def _neighbourhood_mean(video: Float[Array, 'b t h w c']) -> Float[Array, 'b t h w c']:
  """Over the part of each pixel's neighbourhood that lies in the picture."""
  for axis in (2, 3):
    side = video.shape[axis]
    rows = jnp.moveaxis(video, axis, -1)
    means = jnp.matmul(rows, averaging(side), precision=_EXACT)
    video = jnp.moveaxis(means, -1, axis)
  return video


def averaging(side: int) -> Float[np.ndarray, 'side side']:
  """Columns average a row of pixels around each of them; a constant of a program."""
  place = np.arange(side)
  near = np.abs(place[:, None] - place) <= max(1, int(_REACH * side))
  return (near / near.sum(axis=0)).astype(np.float32)


TRANSFORMS = {
  'gray': gray,
  'remove_appearance': remove_appearance,
  'local_contrast': local_contrast,
  'frames_and_change': frames_and_change,
}

VIEWS = {
  'original': lambda video: video,
  'mirrored': lambda video: video[:, :, :, ::-1],
}
