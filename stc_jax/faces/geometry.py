"""Cuts squares out of a frame at sub-pixel positions.

Points are (x, y) in pixels from the frame's top left corner; the centre of the first
pixel is (0.5, 0.5).
"""

import cv2
import numpy as np
from jaxtyping import Float, UInt8


def similarity(
  source: Float[np.ndarray, '2 2'], target: Float[np.ndarray, '2 2']
) -> Float[np.ndarray, '2 3']:
  """The rotation, scaling and shift that maps two points to two others."""
  ratio = complex(*(target[1] - target[0])) / complex(*(source[1] - source[0]))
  turn = np.array([[ratio.real, -ratio.imag], [ratio.imag, ratio.real]])
  return np.hstack([turn, (target[0] - turn @ source[0])[:, None]])


def warp(
  frame: UInt8[np.ndarray, 'h w 3'], matrix: Float[np.ndarray, '2 3'], size: int
) -> UInt8[np.ndarray, 's s 3']:
  """The size x size square whose point p is at `matrix` @ (p, 1) in `frame`.

  Pixels outside the frame are black. Where the frame shrinks, several samples per pixel
  are averaged to avoid aliasing.
  """
  times = max(1, int(np.ceil(np.hypot(*matrix[:, 0]))))
  turn = matrix[:, :2] / times
  first = turn @ np.full(2, 0.5) + matrix[:, 2] - 0.5  # OpenCV's origin: a centre
  fine = np.hstack([turn, first[:, None]])
  flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
  taken = cv2.warpAffine(frame, fine, (size * times, size * times), flags=flags)
  return cv2.resize(taken, (size, size), interpolation=cv2.INTER_AREA)


def square(
  frame: UInt8[np.ndarray, 'h w 3'], box: Float[np.ndarray, '4'], size: int
) -> UInt8[np.ndarray, 's s 3']:
  """The square `box` (left, top, right, bottom) at size x size pixels."""
  step = (box[2] - box[0]) / size
  return warp(frame, np.array([[step, 0, box[0]], [0, step, box[1]]]), size)
