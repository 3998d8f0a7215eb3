"""A real, public-domain face (scikit-image's astronaut), made to move."""

import functools

import cv2
import numpy as np
import skimage.data

# In the picture: between the eyes, their distance, and the middle of the mouth.
_CENTRE, _EYE_DISTANCE, _MOUTH = (225.1, 102.2), 42.5, (226.0, 146.0)
_SHARE = 0.14  # of the frame's height that the eyes are apart


def moving_face(
  count: int, height: int, width: int, number: int, emotion: int = 1
) -> np.ndarray:
  """uint8[count, height, width, 3]: from neutral to the expression `emotion`, 1 to 7.

  `number` decides who it is: light, colour, and which way the head drifts.
  """
  rng = np.random.default_rng(number)
  drift, gain = rng.normal(0, 1, 3), rng.uniform(0.75, 1.1, 3)
  frames = []
  for i in range(count):
    share = i / max(1, count - 1)
    frame = _frame(height, width, drift * share, share, emotion)
    frames.append(np.clip(frame * gain, 0, 255).astype(np.uint8))
  return np.stack(frames)


def _frame(height, width, drift, share, emotion):
  """The face in the middle, at a size that suits the frame, with its mouth moved."""
  scale = _EYE_DISTANCE / (_SHARE * height)
  y, x = np.mgrid[:height, :width].astype(np.float32)
  angle = np.deg2rad(2 * drift[2])
  x, y = x - width / 2 - drift[0] * 2, y - height * 0.42 - drift[1] * 2
  turned_x = np.cos(angle) * x - np.sin(angle) * y
  turned_y = np.sin(angle) * x + np.cos(angle) * y
  u, v = turned_x * scale + _CENTRE[0], turned_y * scale + _CENTRE[1]
  near = np.exp(-(((u - _MOUTH[0]) / 14) ** 2) - ((v - _MOUTH[1]) / 9) ** 2)
  direction = 2 * np.pi * emotion / 7
  u = u + 5 * share * near * np.cos(direction)
  v = v + 5 * share * near * np.sin(direction)
  return cv2.remap(
    _picture(), u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR
  )


@functools.cache
def _picture() -> np.ndarray:
  return np.ascontiguousarray(skimage.data.astronaut())
