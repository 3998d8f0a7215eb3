"""Selects the faces that get rows: all that stay, or the largest at any time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from stc_jax import late
from stc_jax.predict.table import box_areas, face_sizes, rows_without_face

FACES = ('largest', 'all')
# A face is visible for so long, or for half of a shorter shot; others are mistakes.
_STAYS_SECONDS = 0.5
# The least mean probability of a face; MTCNN also finds faces in folds of clothes, with
# lower probabilities.
_LEAST_SCORE = 0.9
# A face counts as large as the largest from this share of its area on.
_NEARLY = 0.8


def select_faces(
  table: Shaped[np.ndarray, 'n'],
  faces: str,
  frames: int,
  fps: float,
  shots: Sequence[int],
) -> Shaped[np.ndarray, 'm']:
  """The rows of the selected faces, renumbered, and one for each frame without a face.

  Args:
    table: rows of all faces, by frame.
    faces: 'all', or 'largest', the largest face of each frame.
    frames: number of frames of the video.
    fps: frames a second.
    shots: the first frame of each shot but the first.
  """
  least = _least_frames(table, frames, fps, shots)
  stay = np.flatnonzero((np.bincount(table['face']) >= least) & _are_sure(table))
  table = table[np.isin(table['face'], stay)]
  if faces == 'largest':
    table = table[_largest(table, fps)]
  in_order = list(dict.fromkeys(table['face'].tolist()))  # as they appear
  numbers = {face: number for number, face in enumerate(in_order, start=1)}
  table['face'] = [numbers[face] for face in table['face'].tolist()]
  without = np.setdiff1d(np.arange(frames), table['frame'])
  table = np.concatenate([table, rows_without_face(table, without)])
  return table[np.lexsort((table['face'], table['frame']))]


def _least_frames(
  table: np.ndarray, frames: int, fps: float, shots: Sequence[int]
) -> np.ndarray:
  """The least number of frames of each face, by the face's number."""
  edges = np.array([0, *shots, frames])
  first = np.full(table['face'].max(initial=0) + 1, frames)
  np.minimum.at(first, table['face'], table['frame'])
  shot = np.searchsorted(edges[:-1], first, 'right')
  lengths = edges[np.minimum(shot, len(edges) - 1)] - edges[shot - 1]
  return np.clip((lengths + 1) // 2, 1, max(1, round(_STAYS_SECONDS * fps)))


def _are_sure(table: np.ndarray) -> np.ndarray:
  """Whether MTCNN is sure of each face, by its number; true without MTCNN."""
  known = ~np.isnan(table['face_score'])
  faces, scores = table['face'][known], table['face_score'][known]
  last = table['face'].max(initial=0) + 1
  sums = np.bincount(faces, scores, last)
  counts = np.bincount(faces, minlength=last)
  return sums >= _LEAST_SCORE * counts


def _largest(table: np.ndarray, fps: float) -> np.ndarray:
  """Whether each row is that of the largest face of its frame.

  Sizes are means over a second, so that a trembling box changes nothing. Of faces that
  are nearly as large as the largest, the one that is largest over all frames is taken.
  """
  sizes, in_all = _steady_sizes(table, fps), face_sizes(table)[table['face']]
  frames, group = np.unique(table['frame'], return_inverse=True)
  most = np.zeros(len(frames))
  np.maximum.at(most, group, sizes)
  near = np.flatnonzero(sizes >= _NEARLY * most[group])
  best = np.lexsort((-in_all[near], group[near]))  # the first of each frame
  _, first = np.unique(group[near][best], return_index=True)
  is_largest = np.zeros(len(table), bool)
  is_largest[near[best[first]]] = True
  return is_largest


def _steady_sizes(table: np.ndarray, fps: float) -> np.ndarray:
  """The area of each row's box, as a mean over a second of its face."""
  areas, means = box_areas(table), np.zeros(len(table))
  by_face = np.argsort(table['face'], kind='stable')
  _, firsts = np.unique(table['face'][by_face], return_index=True)
  for rows in np.split(by_face, firsts[1:]):
    ndimage = late.load('scipy.ndimage')
    means[rows] = ndimage.uniform_filter1d(areas[rows], max(1, round(fps)))
  return means
