"""Finds where a picture, or what is seen of a face, jumps: there a shot ends.

Pictures are compared when small, by their correlation, which brightness and contrast
don't change. Of two successive frames of a shot it is near 1, of two people's aligned
faces rarely above 0.94. What is common in a shot, such as a camera that shakes, is no
jump, and frames that lie further apart may differ more.
"""

import collections
import dataclasses

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.faces import face_crop

_SIDE = 32  # of a picture that is compared, in pixels
_PLAIN = 2.0  # deviation in levels of 0..255: below it a picture shows nothing
# A jump is so many times what the last frames differed by.
_TIMES, _RECENT = 4.0, 12
_SLOWEST = 1.0  # seconds after which frames don't differ more


@dataclasses.dataclass(frozen=True)
class Least:
  """A difference that may be a jump: at once, and for each second between."""

  at_once: float
  a_second: float


# Measured on rendered and warped real faces: within a shot 0.02 at once and 0.1 after a
# second, of two people 0.06 to 0.4. A face that goes on through a cut hardly changes.
PICTURE, FACE, FACE_AT_CUT = Least(0.1, 0.3), Least(0.08, 0.1), Least(0.02, 0.1)


def small(frame: UInt8[np.ndarray, 'h w 3']) -> Float[np.ndarray, 's s 3']:
  """What is compared of a whole picture."""
  return cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(float)


def small_face(
  frame: UInt8[np.ndarray, 'h w 3'], eyes: Float[np.ndarray, '2 2']
) -> Float[np.ndarray, 's w2 3']:
  """What is compared of a face."""
  margin = face_crop.black_columns(_SIDE)
  face = face_crop.crop(frame, eyes, face_crop.CropConfig(_SIDE, roll='level'))
  return face[:, margin : _SIDE - margin].astype(float)


class Seen:
  """What was seen of a shot or face last, and how much it has changed lately."""

  def __init__(self):
    self._last: np.ndarray | None = None
    self._at = 0.0
    self._recent: collections.deque[float] = collections.deque(maxlen=_RECENT)

  def difference(self, picture: np.ndarray) -> float:
    """From the last that showed anything: 0 equal, 1 unlike; 0 for the first, too."""
    if self._last is None or picture.std() < _PLAIN:
      return 0.0
    return 1 - float(np.corrcoef(self._last.ravel(), picture.ravel())[0, 1])

  def is_jump(self, difference: float, seconds: float, least: Least) -> bool:
    """Whether a picture that differs so much at this time can't follow the last."""
    between = min(seconds - self._at, _SLOWEST)
    usual = _TIMES * max(self._recent, default=0.0)
    return difference > max(usual, least.at_once + between * least.a_second)

  def follow(self, picture: np.ndarray, difference: float, seconds: float) -> None:
    """Takes a picture that follows the last."""
    if picture.std() < _PLAIN:
      return
    if self._last is not None:
      self._recent.append(difference)
    self._last, self._at = picture, seconds


class Shots:
  """Takes a video's pictures in turn, and says where one begins a shot."""

  def __init__(self, fps: float):
    self._fps, self._frames, self._seen = fps, 0, Seen()

  def begins(self, frame: UInt8[np.ndarray, 'h w 3']) -> bool:
    """Whether the next frame begins another shot; the first one doesn't."""
    seconds, picture = self._frames / self._fps, small(frame)
    self._frames += 1
    difference = self._seen.difference(picture)
    jumps = self._seen.is_jump(difference, seconds, PICTURE)
    if jumps:
      self._seen = Seen()
    self._seen.follow(picture, difference, seconds)
    return jumps
