"""Ridge regression of action units on the features of single frames.

One Gram matrix serves all action units. It is summed block by block, so memory doesn't
grow with the frames. Its parts, one for each inner fold of training subjects, also
suffice to choose the penalty, without reading the features again.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Int8, Shaped

from stc_jax import late
from stc_jax.data.clip_set import UNKNOWN

_BLOCK = 2048  # frames
_INNER_FOLDS = 3
# In units of the mean eigenvalue of the Gram matrix.
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)


class RidgeScores(NamedTuple):
  """Scores of each action unit.

  Attributes:
    test: of the test frames.
    train: of the training frames, each from a regression on other subjects, where
      there are any.
  """

  test: Float[np.ndarray, 'm a']
  train: Float[np.ndarray, 'n a']


class _Sums(NamedTuple):
  """Sums over frames; features have a last column of ones."""

  gram: Float[np.ndarray, 'd d']
  cross: Float[np.ndarray, 'd a']
  squares: Float[np.ndarray, 'a']

  def plus(self, other: '_Sums', sign: int = 1) -> '_Sums':
    return _Sums(*(a + sign * b for a, b in zip(self, other, strict=True)))


def fit(
  features: Float[np.ndarray, 'k f'],
  targets: Int8[np.ndarray, 'n a'],
  groups: Shaped[np.ndarray, 'n'],
  train: Int[np.ndarray, 'n'],
  test: Int[np.ndarray, 'm'],
  penalties: Sequence[float] = PENALTIES,
  block: int = _BLOCK,
) -> RidgeScores:
  """Regresses each action unit, 0 or 1, on the features; deterministic.

  An unknown action unit counts as the mean of the training frames.

  Args:
    features: of all frames; may lie on disk.
    targets: the training frames' action units.
    groups: their subjects.
    train: their rows of `features`.
    test: rows of the frames to score.
    penalties: to choose from, for each action unit.
    block: how many frames are read at a time.
  """
  blocks = functools.partial(_blocks, features, size=block)
  wanted = _filled(targets)
  inner = _inner_folds(groups)
  size = features.shape[1] + 1
  parts = [_sum(blocks(train[held]), size, wanted[held]) for held in inner]
  whole = functools.reduce(_Sums.plus, parts)
  rests = [whole.plus(part, -1) for part in parts] if len(parts) > 1 else [whole]
  solved = [_solve(rest, penalties) for rest in rests]
  errors = sum(
    _errors(part, weights) for part, weights in zip(parts, solved, strict=True)
  )
  best = errors.argmin(axis=0)  # of each action unit
  of_train = np.empty((len(train), targets.shape[1]))
  for held, weights in zip(inner, solved, strict=True):
    of_train[held] = _predict(blocks(train[held]), len(held), _chosen(weights, best))
  chosen = _chosen(_solve(whole, penalties), best)
  of_test = _predict(blocks(test), len(test), chosen)
  return RidgeScores(of_test, of_train)


def _inner_folds(groups: Shaped[np.ndarray, 'n']) -> list[Int[np.ndarray, '_']]:
  """The rows of each fold of groups; of a single group, one fold of all rows."""
  folds = min(_INNER_FOLDS, len(np.unique(groups)))
  rows = np.arange(len(groups))
  if folds < 2:
    return [rows]
  cuts = late.load('sklearn.model_selection').GroupKFold(folds)
  return [held for _, held in cuts.split(rows, groups=groups)]


def _filled(targets: Int8[np.ndarray, 'n a']) -> Float[np.ndarray, 'n a']:
  known = targets != UNKNOWN
  mean = np.where(known, targets, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
  return np.where(known, targets, mean)


_Blocks = Iterable[tuple[slice, Float[np.ndarray, 'b d']]]


def _blocks(
  features: Float[np.ndarray, 'k f'], rows: Int[np.ndarray, 'n'], size: int
) -> Iterator[tuple[slice, Float[np.ndarray, 'b d']]]:
  """Yields the features of some rows, `size` at a time, and which rows these are."""
  for start in range(0, len(rows), size):
    own = slice(start, min(start + size, len(rows)))
    block = np.asarray(features[rows[own]], np.float32)
    yield own, np.hstack([block, np.ones((len(block), 1), np.float32)])


def _sum(blocks: _Blocks, size: int, wanted: Float[np.ndarray, 'n a']) -> _Sums:
  """Sums over blocks of `size` features."""
  gram, cross = np.zeros((size, size)), np.zeros((size, wanted.shape[1]))
  for own, block in blocks:
    gram += block.T @ block
    cross += block.T @ wanted[own]
  return _Sums(gram, cross, np.square(wanted).sum(axis=0))


def _solve(sums: _Sums, penalties: Sequence[float]) -> Float[np.ndarray, 'p d a']:
  """The weights for each penalty; the intercept isn't penalised."""
  size = len(sums.gram)
  penalised = np.append(np.ones(size - 1), 0.0)
  scale = np.trace(sums.gram[:-1, :-1]) / (size - 1)
  found = []
  for penalty in penalties:
    # What keeps the intercept's row solvable is far below a frame's weight.
    ridge = sums.gram + np.diag(penalty * scale * penalised + 1e-6)
    found.append(late.load('scipy.linalg').solve(ridge, sums.cross, assume_a='pos'))
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


def _predict(
  blocks: _Blocks, count: int, weights: Float[np.ndarray, 'd a']
) -> Float[np.ndarray, 'n a']:
  """The scores of the blocks' frames, `count` in all."""
  found = np.empty((count, weights.shape[1]))
  for own, block in blocks:
    found[own] = block @ weights
  return found
