"""Transforms of a video before a network reads it; on the device.

A transform maps normalised videos [b, t, h, w, c] and their lengths to videos
[b, t, h, w, c2]. A video's length is the number of its own frames; those after them
repeat the last one. A new transform is a line in `TRANSFORMS`. A view is a variant of a
clip; at test time the probabilities of all views are averaged.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

# Local contrast: the reach of the neighbourhood as a share of the picture's side, and
# the share of the clip's usual contrast that is added to each neighbourhood's.
_REACH = 0.1
CONTRAST_FLOOR = 0.3
# The factor of the changes, which are small compared with the frames.
CHANGE = 2.0
# Added under the square root, for neighbourhoods without contrast.
LEAST_SQUARE = 1e-8
# Smaller differences of normalised pixels, absolute or relative, come from rounding:
# levels differ by 0.003 at least.
ROUNDING = 4e-6
_EXACT = jax.lax.Precision.HIGHEST  # otherwise an accelerator rounds to 10 bits


def gray(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w 1']:
  """The mean of the colours: an expression is a matter of shape, not of colour."""
  del lengths  # each pixel is independent
  return video.mean(axis=-1, keepdims=True)


def remove_appearance(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Subtracts each pixel's mean over the clip's own frames, which leaves the changes.

  With few subjects a network may learn to recognise people instead of expressions.
  Where nothing changes, the result is exactly 0, without rounding errors.
  """
  weights = _weights(video, lengths)
  mean = jnp.einsum('bt,bthwc->bhwc', weights, video, precision=_EXACT)[:, None]
  change = video - mean
  return jnp.where(abs(change) <= _rounding(mean), 0, change)


def frames_and_change(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w 2*c']:
  """Appends the result of `remove_appearance`, twice as strong, as channels."""
  change = CHANGE * remove_appearance(video, lengths)
  return jnp.concatenate([video, change], axis=-1)


def local_contrast(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Normalises each pixel by the mean and deviation of its neighbourhood.

  The neighbourhood is the square around the pixel in its frame and channel, which
  reaches a tenth of the picture's side: 7 x 7 of 32 x 32 pixels, 9 x 9 of 48 x 48.
  Light and skin matter less, edges more, as in HOG. To the deviation 0.3 of the clip's
  mean deviation is added, so that smooth skin stays smooth; a constant neighbourhood
  becomes 0. After Jarrett et al. 2009.
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
  """The weights of a mean over each clip's own frames."""
  frames = jnp.arange(video.shape[1])
  return jnp.where(frames < lengths[:, None], 1 / lengths[:, None], 0)


def _rounding(of: Float[Array, '*n']) -> Float[Array, '*n']:
  """The largest difference from these numbers that counts as rounding."""
  return ROUNDING * jnp.maximum(1, abs(of))


def _neighbourhood_mean(video: Float[Array, 'b t h w c']) -> Float[Array, 'b t h w c']:
  """The mean over the part of each pixel's neighbourhood inside the picture."""
  for axis in (2, 3):
    side = video.shape[axis]
    rows = jnp.moveaxis(video, axis, -1)
    means = jnp.matmul(rows, averaging(side), precision=_EXACT)
    video = jnp.moveaxis(means, -1, axis)
  return video


def averaging(side: int) -> Float[np.ndarray, 'side side']:
  """The matrix that averages a row of pixels around each pixel; a constant."""
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
