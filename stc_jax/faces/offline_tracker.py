"""Tracks the face of a whole clip from frame to frame."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from stc_jax import late
from stc_jax.errors import InputError
from stc_jax.faces.detect import Face

SAME_FACE = 0.2  # least overlap of the boxes of one face in two frames


@dataclasses.dataclass(frozen=True)
class Track:
  """One face in every frame of a clip.

  Attributes:
    eyes: (x, y) of the eye on the left of each frame, then of the other, in pixels.
    found: whether the face was detected; elsewhere the eyes are interpolated.
    mean_score: the mean score of the detected faces.
  """

  eyes: Float[np.ndarray, 't 2 2']
  found: Bool[np.ndarray, 't']
  mean_score: float

  @property
  def eye_distance(self) -> float:
    """The median distance of the eyes over the frames, in pixels."""
    return float(np.median(np.linalg.norm(self.eyes[:, 1] - self.eyes[:, 0], axis=1)))


def follow(faces: Sequence[Sequence[Face]], max_gap: int, smooth: float) -> Track:
  """Tracks faces by overlap; returns the face that is largest over the whole clip.

  Where the face isn't detected, its eyes are interpolated between neighbouring frames;
  at the ends of the clip those of the nearest frame are repeated.

  Args:
    faces: the faces detected in each frame.
    max_gap: the largest number of frames in a row without the face.
    smooth: standard deviation, in frames, of the Gaussian that smooths the eyes; 0: no
      smoothing.

  Raises:
    InputError: most frames lack a face, or more than `max_gap` in a row; the message
      names no file.
  """
  chosen = _chosen(faces)
  found = np.array([face is not None for face in chosen])
  missing = f'no face in {len(found) - found.sum()} of {len(found)} frames'
  if 2 * found.sum() < len(found):
    raise InputError(f'{missing}; leave the clip out, or crop it and use --align=none')
  if (gap := _longest_gap(found)) > max_gap:
    raise InputError(
      f'{missing}, {gap} in a row where --max_gap allows {max_gap}; allow more, or '
      'leave the clip out'
    )
  eyes = _filled(chosen, found)
  if smooth:
    ndimage = late.load('scipy.ndimage')
    eyes = ndimage.gaussian_filter1d(eyes, smooth, axis=0, mode='nearest')
  score = float(np.mean([face.score for face in chosen if face is not None]))
  return Track(eyes, found, score)


def _chosen(faces: Sequence[Sequence[Face]]) -> list[Face | None]:
  """The face that is largest over the whole clip; None in frames that lack it."""
  left = [list(of_frame) for of_frame in faces]
  best: list[Face | None] = [None] * len(faces)
  while any(left):
    one = _one_track(left)
    if _size(one) > _size(best):
      best = one
    for of_frame, face in zip(left, one, strict=True):
      of_frame[:] = [other for other in of_frame if other is not face]
  return best


def _one_track(faces: Sequence[Sequence[Face]]) -> list[Face | None]:
  """Tracks the largest of all faces forward and backward."""
  every = [(face, i) for i, of_frame in enumerate(faces) for face in of_frame]
  first, start = max(every, key=lambda pair: _area(pair[0].box))
  chosen: list[Face | None] = [None] * len(faces)
  chosen[start] = first
  for way in (range(start + 1, len(faces)), range(start - 1, -1, -1)):
    last = first
    for i in way:
      best = max(faces[i], key=lambda face: overlap(face.box, last.box), default=None)
      if best is not None and overlap(best.box, last.box) >= SAME_FACE:
        chosen[i] = last = best
  return chosen


def _size(chosen: Sequence[Face | None]) -> float:
  return sum((_area(face.box) for face in chosen if face is not None), 0.0)


def _filled(chosen: list[Face | None], found: np.ndarray) -> Float[np.ndarray, 't 2 2']:
  known = np.stack([face.eyes for face in chosen if face is not None]).reshape(-1, 4)
  at, frames = np.flatnonzero(found), np.arange(len(found))
  columns = [np.interp(frames, at, column) for column in known.T]
  return np.stack(columns, axis=1).reshape(-1, 2, 2)


def _longest_gap(found: np.ndarray) -> int:
  longest = gap = 0
  for here in found:
    gap = 0 if here else gap + 1
    longest = max(longest, gap)
  return longest


def _area(box: np.ndarray) -> float:
  return float(np.prod(np.maximum(0, box[2:] - box[:2])))


def overlap(a: np.ndarray, b: np.ndarray) -> float:
  """Intersection over union of two boxes."""
  common = np.concatenate([np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])])
  shared = _area(common)
  return shared / (_area(a) + _area(b) - shared)
