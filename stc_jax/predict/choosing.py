"""Which faces of a video get rows: those that stay, or the largest at any time."""

import numpy as np
from jaxtyping import Shaped

from stc_jax.predict.answer import sizes_of
from stc_jax.predict.rows import blank

FACES = ('largest', 'all')
# A face is there for so long, or for half of a shorter video; others are mistakes.
_STAYS_SECONDS = 0.5
# MTCNN's mean probability of a face; it sees some in folds of clothes, less certain.
_LEAST_SCORE = 0.9


def chosen(
  table: Shaped[np.ndarray, 'n'], faces: str, frames: int, fps: float
) -> Shaped[np.ndarray, 'm']:
  """The rows of the chosen faces, numbered anew, and one for each frame without.

  Args:
    table: rows of all faces, by frame.
    faces: 'all', or 'largest': of faces that are there at the same time, the one that
      is largest over the whole video.
    frames: how many the video has.
    fps: frames a second.
  """
  least = max(1, min(round(_STAYS_SECONDS * fps), (frames + 1) // 2))
  stay = np.flatnonzero((np.bincount(table['face']) >= least) & _are_sure(table))
  if faces == 'largest':
    stay = _largest(table, stay)
  table = table[np.isin(table['face'], stay)]
  order = list(dict.fromkeys(table['face'].tolist()))  # as they appear
  anew = {number: place for place, number in enumerate(order, start=1)}
  table['face'] = [anew[number] for number in table['face'].tolist()]
  without = np.setdiff1d(np.arange(frames), table['frame'])
  table = np.concatenate([table, blank(table, without, fps)])
  return table[np.lexsort((table['face'], table['frame']))]


def _are_sure(table: np.ndarray) -> np.ndarray:
  """Of each face, by its number, whether MTCNN is; where it wasn't asked, it is."""
  known = ~np.isnan(table['face_score'])
  faces, scores = table['face'][known], table['face_score'][known]
  last = table['face'].max(initial=0) + 1
  sums = np.bincount(faces, scores, last)
  counts = np.bincount(faces, minlength=last)
  return sums >= _LEAST_SCORE * counts


def _largest(table: np.ndarray, faces: np.ndarray) -> list[int]:
  """One after the other by their size over all frames, if none of theirs is taken."""
  all_sizes = sizes_of(table)
  sizes = {face: all_sizes[face] for face in faces.tolist()}
  taken, kept = np.zeros(0, int), []
  for face in sorted(sizes, key=sizes.get, reverse=True):
    own = table['frame'][table['face'] == face]
    if not np.isin(own, taken).any():
      taken = np.union1d(taken, own)
      kept.append(face)
  return kept
