"""The floor of detection: ridge regression on HOG features of the still alone.

One Gram matrix serves all action units. It is summed block by block, so memory doesn't
grow with the frames; its parts, one for each inner fold of training subjects, also say
which penalty is best, without a further look at the features.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy.linalg
from jaxtyping import Float, Int, Int8, Shaped
from sklearn.model_selection import GroupKFold

from stc_jax.data.clip_set import UNKNOWN

_BLOCK = 2048
_INNER_FOLDS = 3
# In units of the mean eigenvalue of the Gram matrix.
_PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)


class Floor(NamedTuple):
  """What the ridge regression says.

  Attributes:
    test: of the test frames.
    train: of the training frames, each from a regression on other subjects, where
      there are any.
  """

  test: Float[np.ndarray, 'm a']
  train: Float[np.ndarray, 'n a']


class _Sums(NamedTuple):
  """Over frames; features have a last column of ones."""

  gram: Float[np.ndarray, 'd d']
  cross: Float[np.ndarray, 'd a']
  squares: Float[np.ndarray, 'a']

  def plus(self, other: '_Sums', sign: int = 1) -> '_Sums':
    return _Sums(*(a + sign * b for a, b in zip(self, other, strict=True)))


def floor(
  features: Float[np.ndarray, 'k f'],
  targets: Int8[np.ndarray, 'n a'],
  groups: Shaped[np.ndarray, 'n'],
  train: Int[np.ndarray, 'n'],
  test: Int[np.ndarray, 'm'],
) -> Floor:
  """Regresses each action unit, 0 or 1, on the features; deterministic.

  An unknown one counts as the training side's mean.

  Args:
    features: of all frames; may lie on disk.
    targets: the training frames' action units.
    groups: their subjects.
    train: their rows of `features`.
    test: those of the frames to be scored.
  """
  wanted = _filled(targets)
  folds = min(_INNER_FOLDS, len(np.unique(groups)))
  inner = (
    [held for _, held in GroupKFold(folds).split(train, groups=groups)]
    if folds > 1
    else [np.arange(len(train))]
  )
  parts = [_summed(features, train[held], wanted[held]) for held in inner]
  whole = parts[0]
  for part in parts[1:]:
    whole = whole.plus(part)
  rests = [whole.plus(part, -1) for part in parts] if folds > 1 else [whole]
  solved = [_solutions(rest) for rest in rests]
  errors = sum(
    _errors(part, weights) for part, weights in zip(parts, solved, strict=True)
  )
  best = errors.argmin(axis=0)  # of each action unit
  said = np.empty((len(train), targets.shape[1]))
  for held, weights in zip(inner, solved, strict=True):
    said[held] = _said(features, train[held], _chosen(weights, best))
  return Floor(_said(features, test, _chosen(_solutions(whole), best)), said)


def _filled(targets: Int8[np.ndarray, 'n a']) -> Float[np.ndarray, 'n a']:
  known = targets != UNKNOWN
  mean = np.where(known, targets, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
  return np.where(known, targets, mean)


def _blocks(
  features: Float[np.ndarray, 'k f'], rows: Int[np.ndarray, 'n']
) -> Iterator[tuple[slice, Float[np.ndarray, 'b d']]]:
  for start in range(0, len(rows), _BLOCK):
    own = slice(start, min(start + _BLOCK, len(rows)))
    block = np.asarray(features[rows[own]], np.float32)
    yield own, np.hstack([block, np.ones((len(block), 1), np.float32)])


def _summed(
  features: Float[np.ndarray, 'k f'],
  rows: Int[np.ndarray, 'n'],
  wanted: Float[np.ndarray, 'n a'],
) -> _Sums:
  size, outputs = features.shape[1] + 1, wanted.shape[1]
  gram, cross = np.zeros((size, size)), np.zeros((size, outputs))
  for own, block in _blocks(features, rows):
    gram += block.T @ block
    cross += block.T @ wanted[own]
  return _Sums(gram, cross, np.square(wanted).sum(axis=0))


def _solutions(sums: _Sums) -> Float[np.ndarray, 'p d a']:
  """The weights for each penalty; the intercept isn't shrunk."""
  size = len(sums.gram)
  shrunk = np.append(np.ones(size - 1), 0.0)
  scale = np.trace(sums.gram[:-1, :-1]) / (size - 1)
  found = []
  for penalty in _PENALTIES:
    # What keeps the intercept's row solvable is far below a frame's weight.
    ridge = sums.gram + np.diag(penalty * scale * shrunk + 1e-6)
    found.append(scipy.linalg.solve(ridge, sums.cross, assume_a='pos'))
  return np.stack(found)


def _errors(
  sums: _Sums, weights: Float[np.ndarray, 'p d a']
) -> Float[np.ndarray, 'p a']:
  """Squared errors on the frames of `sums`."""
  crossed = np.einsum('pda,da->pa', weights, sums.cross)
  own = np.einsum('pda,pda->pa', weights, sums.gram @ weights)
  return sums.squares - 2 * crossed + own


def _chosen(
  weights: Float[np.ndarray, 'p d a'], best: Int[np.ndarray, 'a']
) -> Float[np.ndarray, 'd a']:
  return weights[best, :, np.arange(len(best))].T


def _said(
  features: Float[np.ndarray, 'k f'],
  rows: Int[np.ndarray, 'n'],
  weights: Float[np.ndarray, 'd a'],
) -> Float[np.ndarray, 'n a']:
  found = np.empty((len(rows), weights.shape[1]))
  for own, block in _blocks(features, rows):
    found[own] = block @ weights
  return found
