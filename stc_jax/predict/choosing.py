"""Which faces of a video get rows: those that stay, or the largest at any time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped
from scipy import ndimage

from stc_jax.predict.prediction import areas_of, sizes_of
from stc_jax.predict.rows import blank

FACES = ('largest', 'all')
# A face is there for so long, or for half of a shorter shot; others are mistakes.
_STAYS_SECONDS = 0.5
# MTCNN's mean probability of a face; it sees some in folds of clothes, less certain.
_LEAST_SCORE = 0.9
# Of the largest face's area: from there on, another one is as large.
_NEARLY = 0.8


def chosen(
  table: Shaped[np.ndarray, 'n'],
  faces: str,
  frames: int,
  fps: float,
  shots: Sequence[int],
) -> Shaped[np.ndarray, 'm']:
  """The rows of the chosen faces, numbered anew, and one for each frame without.

  Args:
    table: rows of all faces, by frame.
    faces: 'all', or 'largest': in each frame the face that is largest then.
    frames: how many the video has.
    fps: frames a second.
    shots: the first frame of each but the first.
  """
  least = _least_frames(table, frames, fps, shots)
  stay = np.flatnonzero((np.bincount(table['face']) >= least) & _are_sure(table))
  table = table[np.isin(table['face'], stay)]
  if faces == 'largest':
    table = table[_largest(table, fps)]
  order = list(dict.fromkeys(table['face'].tolist()))  # as they appear
  anew = {number: place for place, number in enumerate(order, start=1)}
  table['face'] = [anew[number] for number in table['face'].tolist()]
  without = np.setdiff1d(np.arange(frames), table['frame'])
  table = np.concatenate([table, blank(table, without, fps)])
  return table[np.lexsort((table['face'], table['frame']))]


def _least_frames(
  table: np.ndarray, frames: int, fps: float, shots: Sequence[int]
) -> np.ndarray:
  """Of each face, by its number, in how many frames of its shot it must be."""
  edges = np.array([0, *shots, frames])
  first = np.full(table['face'].max(initial=0) + 1, frames)
  np.minimum.at(first, table['face'], table['frame'])
  shot = np.searchsorted(edges[:-1], first, 'right')
  lengths = edges[np.minimum(shot, len(edges) - 1)] - edges[shot - 1]
  return np.clip((lengths + 1) // 2, 1, max(1, round(_STAYS_SECONDS * fps)))


def _are_sure(table: np.ndarray) -> np.ndarray:
  """Of each face, by its number, whether MTCNN is; where it wasn't asked, it is."""
  known = ~np.isnan(table['face_score'])
  faces, scores = table['face'][known], table['face_score'][known]
  last = table['face'].max(initial=0) + 1
  sums = np.bincount(faces, scores, last)
  counts = np.bincount(faces, minlength=last)
  return sums >= _LEAST_SCORE * counts


def _largest(table: np.ndarray, fps: float) -> np.ndarray:
  """Which rows show the largest face of their frame.

  Sizes are means over a second, so that a trembling box changes nothing. Of faces that
  are nearly as large as the largest, it is the one that is largest over all frames.
  """
  sizes, in_all = _steady_sizes(table, fps), sizes_of(table)[table['face']]
  frames, group = np.unique(table['frame'], return_inverse=True)
  most = np.zeros(len(frames))
  np.maximum.at(most, group, sizes)
  near = np.flatnonzero(sizes >= _NEARLY * most[group])
  best = np.lexsort((-in_all[near], group[near]))  # of each frame the first
  _, first = np.unique(group[near][best], return_index=True)
  shown = np.zeros(len(table), bool)
  shown[near[best[first]]] = True
  return shown


def _steady_sizes(table: np.ndarray, fps: float) -> np.ndarray:
  """Of each row its box's area, as a mean over a second of its face."""
  areas, made = areas_of(table), np.zeros(len(table))
  by_face = np.argsort(table['face'], kind='stable')
  _, firsts = np.unique(table['face'][by_face], return_index=True)
  for rows in np.split(by_face, firsts[1:]):
    made[rows] = ndimage.uniform_filter1d(areas[rows], max(1, round(fps)))
  return made
