"""Makes the picture that a decoded frame stands for: square pixels, upright."""

from fractions import Fraction

import av
import numpy as np
from av.sidedata.sidedata import Type
from jaxtyping import Float, UInt8

from stc_jax.errors import InputError

_SAME_ASPECT = 0.01  # share; smaller deviations from square are rounding
_MOST_ASPECT = 4  # wide formats and halved 3D have at most 8 to 3
_SLANTED = 0.01  # share of the largest entry; smaller entries are rounding


def aspect_of(video: av.VideoStream) -> Fraction | None:
  """Width over height of a track's pixels; None if the stated value is implausible."""
  aspect = video.sample_aspect_ratio or Fraction(1)
  return aspect if 1 / _MOST_ASPECT <= aspect <= _MOST_ASPECT else None


def picture(
  frame: av.VideoFrame, aspect: Fraction, matrix: Float[np.ndarray, '2 2'] | None
) -> UInt8[np.ndarray, 'h w 3']:
  """The upright RGB picture of a frame, with square pixels.

  It is enlarged along the longer side of the pixels, so that no pixel is lost.

  Args:
    frame: the decoded frame.
    aspect: width over height of its pixels.
    matrix: its rotation, see `matrix_of`.

  Raises:
    InputError: the rotation isn't a multiple of 90 degrees.
  """
  scaled = {}
  if abs(aspect - 1) > _SAME_ASPECT:
    scaled['width'] = round(max(1, aspect) * frame.width)
    scaled['height'] = round(frame.height / min(1, aspect))
  pixels = frame.to_ndarray(format='rgb24', **scaled)
  return np.ascontiguousarray(pixels if matrix is None else _turned(pixels, matrix))


def matrix_of(frame: av.VideoFrame) -> Float[np.ndarray, '2 2'] | None:
  """The rotation of a frame: four entries of its display matrix, or None.

  A point (x, y), right and down from the upper left corner, is shown at
  (a x + c y, b x + d y); see FFmpeg's libavutil/display.h, and ISO 14496-12, 6.2.2.

  Call this for few frames: a PyAV frame whose side data was read stays in memory until
  Python's garbage collector runs.
  """
  data = frame.side_data.get(Type.DISPLAYMATRIX)
  if data is None:
    return None
  matrix = np.frombuffer(bytes(data), np.int32)[:9].reshape(3, 3)[:2, :2] / 2**16
  return matrix if matrix.any() else None


def _turned(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
  (a, b), (c, d) = np.where(np.abs(matrix) < _SLANTED * np.abs(matrix).max(), 0, matrix)
  if a and d and not (b or c):
    across, down = a, d
  elif b and c and not (a or d):
    pixels, across, down = pixels.transpose(1, 0, 2), c, b
  else:
    raise InputError(
      f'is to be turned by {np.degrees(np.arctan2(b, a)):.0f} degrees; turn it by a '
      'multiple of 90'
    )
  return pixels[:: int(np.sign(down)), :: int(np.sign(across))]
