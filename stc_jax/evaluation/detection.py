"""Scores of action units; frames with unknown truth are ignored.

As in FERA 2015 (Valstar et al. 2015): F1 of each action unit over all frames
together, 0 where precision or recall is 0 or undefined, and their mean.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Int8, Shaped

from stc_jax import late
from stc_jax.data.clip_set import UNKNOWN

_DRAWS = 2000
# Scores that differ by less count as equal.
_ALIKE = 1e-9


class Counts(NamedTuple):
  """Counts of decisions on each action unit, over frames with known truth."""

  hits: Int[np.ndarray, '*groups a']
  false_alarms: Int[np.ndarray, '*groups a']
  misses: Int[np.ndarray, '*groups a']


def count(
  targets: Int8[np.ndarray, 'n a'],
  said: Bool[np.ndarray, 'n a'],
  groups: Int[np.ndarray, 'n'],
  most: int,
) -> Counts:
  """Counts separately in each of `most` groups of frames, such as subjects."""
  cells = (
    (targets == 1) & said,
    (targets == 0) & said,
    (targets == 1) & ~said,
  )
  return Counts(*(_sums(cell, groups, most) for cell in cells))


def _sums(
  cell: Bool[np.ndarray, 'n a'], groups: Int[np.ndarray, 'n'], most: int
) -> Int[np.ndarray, '{most} a']:
  columns = [np.bincount(groups, column, most) for column in cell.T]
  return np.stack(columns, axis=1).astype(np.int64)


def f1(counts: Counts) -> Float[np.ndarray, '*groups a']:
  """F1 of each action unit."""
  hits, false_alarms, misses = counts
  whole = 2 * hits + false_alarms + misses
  return np.where(hits > 0, 2 * hits / np.maximum(whole, 1), 0.0)


def prevalence(targets: Int8[np.ndarray, 'n a']) -> list[float | None]:
  """The share of frames that show each action unit; None: no frame is known."""
  known = (targets != UNKNOWN).sum(axis=0)
  shown = (targets == 1).sum(axis=0)
  return [float(s / k) if k else None for s, k in zip(shown, known, strict=True)]


def ranking(
  targets: Int8[np.ndarray, 'n a'], scores: Float[np.ndarray, 'n a']
) -> dict[str, list[float | None]]:
  """Area under the ROC curve and average precision of each action unit.

  None if all frames show it, or no frame does.
  """
  found: dict[str, list[float | None]] = {'auc': [], 'average_precision': []}
  for truth, score in zip(targets.T, scores.T, strict=True):
    known = truth != UNKNOWN
    truth, score = truth[known], score[known]
    is_mixed = len(np.unique(truth)) == 2
    for name, measure in (
      ('auc', late.load('sklearn.metrics').roc_auc_score),
      ('average_precision', late.load('sklearn.metrics').average_precision_score),
    ):
      found[name].append(float(measure(truth, score)) if is_mixed else None)
  return found


def thresholds(
  targets: Int8[np.ndarray, 'n a'], scores: Float[np.ndarray, 'n a']
) -> Float[np.ndarray, 'a']:
  """The threshold of each action unit with the best F1.

  Of equally good thresholds the highest, half-way to the next lower score; 0.5 if no
  known frame shows the action unit.
  """
  found = np.full(targets.shape[1], 0.5)
  for column, (truth, score) in enumerate(zip(targets.T, scores.T, strict=True)):
    known = truth != UNKNOWN
    if not (truth == 1).any():
      continue
    precision, recall, cuts = late.load('sklearn.metrics').precision_recall_curve(
      truth[known], score[known]
    )
    both = precision[:-1] + recall[:-1]
    f1 = 2 * precision[:-1] * recall[:-1] / np.maximum(both, 1e-12)
    place = len(f1) - 1 - f1[::-1].argmax()
    found[column] = cuts[max(place - 1, 0) : place + 1].mean()
  return found


def difference(
  ours: Sequence[Counts], theirs: Sequence[Counts], seed: int = 0
) -> dict[str, float | list[float] | int | None]:
  """The difference of two mean F1 scores, with a bootstrap over subjects.

  Subjects are drawn with replacement, with all their frames and in all repeats at once
  (Efron & Tibshirani 1993); the interval is of percentiles.

  Args:
    ours: the counts of each repeat, by subject: [s, a].
    theirs: the same for the other.
    seed: of the draws.

  Returns:
    difference: over all subjects; ci95: [low, high], None if all draws give the same
    difference; subjects: their number.
  """
  subjects = len(ours[0].hits)
  chosen = np.random.default_rng(seed).integers(subjects, size=(_DRAWS, subjects))
  times = np.stack([np.bincount(row, minlength=subjects) for row in chosen])
  every = np.ones((1, subjects), int)

  def mean_f1(of_repeats: Sequence[Counts], times: Int[np.ndarray, 'd s']):
    drawn = [Counts(*(times @ cell for cell in counts)) for counts in of_repeats]
    return np.mean([f1(counts).mean(axis=1) for counts in drawn], axis=0)

  found = mean_f1(ours, times) - mean_f1(theirs, times)
  whole = mean_f1(ours, every) - mean_f1(theirs, every)
  low, high = np.percentile(found, (2.5, 97.5)).tolist()
  return {
    'difference': float(whole[0]),
    'ci95': [low, high] if high - low > _ALIKE else None,
    'subjects': subjects,
  }


def groups_of(subjects: Shaped[np.ndarray, 'n']) -> tuple[Int[np.ndarray, 'n'], int]:
  """A number for each subject's name, and the number of subjects."""
  names, groups = np.unique(subjects, return_inverse=True)
  return groups, len(names)
