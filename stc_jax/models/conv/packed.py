"""A 3D convolution of few channels, computed in blocks of pixels; fast on a GPU.

The matrix units of a GPU need many channels. So a block of 2 x 2 x 2 output pixels is
computed together, from the 4 x 4 x 4 input pixels around it. The pixels of a block are
packed into channels: the result is a 2D convolution of 2 x 2 places with 16 c input
channels and 8 f output channels, over an eighth of the rows. 37 of 64 taps are zero.
"""

import itertools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

_TAPS = 3
_SEEN = 4  # input pixels of a block along each axis
# Channels that a GPU's library reads at once.
_MULTIPLE = 8


def conv3d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, '3 3 3 c f']
) -> Float[Array, 'b t h w f']:
  """Stride 1, same padding; equal to XLA's convolution up to rounding."""
  t, h, w = video.shape[1:4]
  more = -_SEEN * video.shape[-1] % _MULTIPLE
  blocks = jax.lax.conv_general_dilated(
    _seen(video, more),
    _of_blocks(kernel, more),
    (1, 1),
    'VALID',
    dimension_numbers=('NHWC', 'HWIO', 'NHWC'),
  )
  rows, columns = blocks.shape[1:3]
  blocks = blocks.reshape(len(video), -1, rows, columns, 2, 2, 2, kernel.shape[-1])
  maps = blocks.transpose(0, 1, 4, 2, 5, 3, 6, 7)
  return maps.reshape(len(video), -1, 2 * rows, 2 * columns, maps.shape[-1])[
    :, :t, :h, :w
  ]


def _seen(video: Array, more: int) -> Float[Array, 'n rows columns d']:
  """The packed input: n = b * t / 2 frames of h / 2 + 1 rows and w / 2 + 1 columns.

  The channels of a place are those of 2 x 2 pixels in four frames, with `more` zeros
  after those of each pixel.
  """
  even = [size + size % 2 for size in video.shape[1:4]]
  widths = [(1, 1 + size % 2) for size in video.shape[1:4]]
  padded = jnp.pad(video, [(0, 0), *widths, (0, 0)])
  shifts = [padded[:, i : i + even[0] - 1 : 2] for i in range(_SEEN)]
  frames = jnp.pad(jnp.concatenate(shifts, axis=-1), [(0, 0)] * 4 + [(0, more)])
  rows, columns = even[1] // 2 + 1, even[2] // 2 + 1
  blocks = frames.reshape(-1, rows, 2, columns, 2, frames.shape[-1])
  return blocks.swapaxes(2, 3).reshape(-1, rows, columns, 4 * frames.shape[-1])


def _of_blocks(kernel: Array, more: int) -> Float[Array, '2 2 d pixels']:
  """The packed kernel: that of each of the 8 output pixels, at its place in a block."""
  rest = _SEEN - _TAPS
  shifted = [
    jnp.pad(kernel, [*((first, rest - first) for first in place), (0, 0), (0, 0)])
    for place in itertools.product(range(2), repeat=3)
  ]
  taps = jnp.stack(shifted, axis=-2)  # [t, h, w, c, 8, f]
  taps = taps.transpose(1, 2, 0, 3, 4, 5)
  taps = taps.reshape(_SEEN, _SEEN, -1, 8 * kernel.shape[-1])
  taps = jnp.pad(taps, [(0, 0), (0, 0), (0, more), (0, 0)])
  blocks = taps.reshape(2, 2, 2, 2, *taps.shape[2:]).swapaxes(1, 2)
  return blocks.reshape(2, 2, -1, taps.shape[-1])
