"""A decoded frame as it is meant to be seen: of square pixels, turned, mirrored."""

from fractions import Fraction

import av
import numpy as np
from av.sidedata.sidedata import Type
from jaxtyping import Float, UInt8

from stc_jax.errors import InputError

_SAME_ASPECT = 0.01  # share: narrower or wider pixels are rounding
_MOST_ASPECT = 4  # of wide formats and halved 3D: at most 8 to 3
_SLANTED = 0.01  # of a matrix's largest entry: a smaller one is rounding


def aspect_of(video: av.VideoStream) -> Fraction | None:
  """Width over height of a track's pixels; None where what the file says can't be."""
  aspect = video.sample_aspect_ratio or Fraction(1)
  return aspect if 1 / _MOST_ASPECT <= aspect <= _MOST_ASPECT else None


def picture(
  frame: av.VideoFrame, aspect: Fraction, matrix: Float[np.ndarray, '2 2'] | None
) -> UInt8[np.ndarray, 'h w 3']:
  """A frame, RGB, of square pixels, upright.

  The side along which pixels are longer is enlarged, so that no pixel is lost.

  Args:
    frame: as it is decoded.
    aspect: width over height of its pixels.
    matrix: how it is turned, see `matrix_of`.

  Raises:
    InputError: the file says to turn it by no multiple of 90 degrees.
  """
  scaled = {}
  if abs(aspect - 1) > _SAME_ASPECT:
    scaled['width'] = round(max(1, aspect) * frame.width)
    scaled['height'] = round(frame.height / min(1, aspect))
  pixels = frame.to_ndarray(format='rgb24', **scaled)
  return np.ascontiguousarray(pixels if matrix is None else _turned(pixels, matrix))


def matrix_of(frame: av.VideoFrame) -> Float[np.ndarray, '2 2'] | None:
  """The four entries of a display matrix that say how a picture is turned, if any.

  A point (x, y), down and to the right of the upper left corner, is shown at
  (a x + c y, b x + d y); see FFmpeg's libavutil/display.h, and ISO 14496-12, 6.2.2.

  To be asked of few frames: PyAV's frames that were asked for side data stay in memory
  until Python's collector runs.
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
