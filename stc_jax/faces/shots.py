"""Detects the ends of shots: abrupt changes of the picture, or of a tracked face.

Small versions of two pictures are compared by their correlation, which doesn't depend
on brightness and contrast. It is near 1 for successive frames of a shot and rarely
above 0.94 for the aligned faces of two people. A difference counts as a jump only if it
is large compared with the recent ones, so a shaking camera is none. Frames that are
further apart may differ more.
"""

import collections
import dataclasses

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.faces import face_crop

_SIDE = 32  # side of a compared picture, in pixels
_PLAIN = 2.0  # a picture of smaller standard deviation, of levels 0..255, is blank
# A jump exceeds the largest of the last `_RECENT` differences by the factor `_TIMES`.
_TIMES, _RECENT = 4.0, 12
_SLOWEST = 1.0  # seconds between frames; longer ones allow no larger difference


@dataclasses.dataclass(frozen=True)
class Least:
  """The least difference of a jump: a constant, and more for each second between."""

  at_once: float
  a_second: float


# Measured on rendered and warped real faces: within a shot 0.02 at once and 0.1 after a
# second, of two people 0.06 to 0.4. The same face hardly changes at a cut.
PICTURE, FACE, FACE_AT_CUT = Least(0.1, 0.3), Least(0.08, 0.1), Least(0.02, 0.1)


def small(frame: UInt8[np.ndarray, 'h w 3']) -> Float[np.ndarray, 's s 3']:
  """The small version of a whole picture."""
  return cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(float)


def small_face(
  frame: UInt8[np.ndarray, 'h w 3'], eyes: Float[np.ndarray, '2 2']
) -> Float[np.ndarray, 's w2 3']:
  """The small version of a face, aligned by its eyes."""
  margin = face_crop.black_columns(_SIDE)
  face = face_crop.crop(frame, eyes, face_crop.CropConfig(_SIDE, roll='level'))
  return face[:, margin : _SIDE - margin].astype(float)


class PictureHistory:
  """The last picture of a shot or face, and how much it has changed recently."""

  def __init__(self):
    self._last: np.ndarray | None = None
    self._at = 0.0
    self._recent: collections.deque[float] = collections.deque(maxlen=_RECENT)

  def difference(self, picture: np.ndarray) -> float:
    """The difference from the last picture that isn't blank: 0 equal, 1 unrelated.

    0 for the first picture and for a blank one.
    """
    if self._last is None or picture.std() < _PLAIN:
      return 0.0
    return 1 - float(np.corrcoef(self._last.ravel(), picture.ravel())[0, 1])

  def is_jump(self, difference: float, seconds: float, least: Least) -> bool:
    """Whether so large a difference after this time is a jump."""
    between = min(seconds - self._at, _SLOWEST)
    usual = _TIMES * max(self._recent, default=0.0)
    return difference > max(usual, least.at_once + between * least.a_second)

  def follow(self, picture: np.ndarray, difference: float, seconds: float) -> None:
    """Takes the next picture of the same shot or face."""
    if picture.std() < _PLAIN:
      return
    if self._last is not None:
      self._recent.append(difference)
    self._last, self._at = picture, seconds


class Shots:
  """Takes the frames of a video one by one and finds those that begin a shot."""

  def __init__(self, fps: float):
    self._fps, self._frames, self._seen = fps, 0, PictureHistory()

  def begins(self, frame: UInt8[np.ndarray, 'h w 3']) -> bool:
    """Whether the next frame begins a new shot; false for the first frame."""
    seconds, picture = self._frames / self._fps, small(frame)
    self._frames += 1
    difference = self._seen.difference(picture)
    jumps = self._seen.is_jump(difference, seconds, PICTURE)
    if jumps:
      self._seen = PictureHistory()
    self._seen.follow(picture, difference, seconds)
    return jumps
