"""From trials to one accuracy, and how far to trust it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

# Accuracies that differ by less are the same.
_ALIKE = 1e-9
_NOTHING = {
  'accuracy_mean': None,
  'accuracy_std': None,
  'accuracy_ci95': None,
  'trial_accuracy_mean': None,
  'trial_accuracy_std': None,
}


class TrialScore(NamedTuple):
  """What a finished trial comes to.

  Attributes:
    repeat: which partition of the clips it belongs to.
    tested, correct: test clips, and those classified rightly.
    trained: training clips.
  """

  repeat: int
  tested: int
  correct: int
  trained: int

  @property
  def accuracy(self) -> float:
    """In [0, 1]; for trials that test something."""
    return self.correct / self.tested


def accuracies(scores: Sequence[TrialScore], folds: int, resampled: bool) -> dict:
  """Summary of a protocol's trials, of which some may be missing.

  A repeat is complete with `folds` scores; its accuracy is pooled over its folds. The
  trials of the paper (Yu et al. 2018, sec. 4.1) are averaged one by one.

  Args:
    scores: one a finished trial, in any order.
    folds: trials a repeat.
    resampled: whether trials differ in their test clips. Where they differ in the seed
      alone (a fixed partition), they vary as training does and not as samples of faces
      do, and no interval for the accuracy follows from that.

  Returns:
    accuracy_mean, accuracy_std: over complete repeats.
    accuracy_ci95: [low, high] around accuracy_mean (see `_half_width`); not clipped to
      [0, 1]; None where all trials are equally right, which doesn't make the accuracy
      certain.
    trial_accuracy_mean, trial_accuracy_std: over all trials.
    Deviations have n - 1 degrees of freedom. What the scores can't tell is None.
  """
  if not any(score.tested for score in scores):
    return dict(_NOTHING)
  of_repeat = defaultdict(list)
  for score in scores:
    of_repeat[score.repeat].append(score)
  complete = [trials for trials in of_repeat.values() if len(trials) == folds]
  mean, std = _mean_and_std([_pooled(trials) for trials in complete])
  trial_mean, trial_std = _mean_and_std([score.accuracy for score in scores])
  half = _half_width([t for trials in complete for t in trials]) if resampled else None
  return {
    'accuracy_mean': mean,
    'accuracy_std': std,
    'accuracy_ci95': None if half is None else [mean - half, mean + half],
    'trial_accuracy_mean': trial_mean,
    'trial_accuracy_std': trial_std,
  }


def _pooled(trials: Sequence[TrialScore]) -> float:
  return sum(t.correct for t in trials) / sum(t.tested for t in trials)


def _mean_and_std(values: Sequence[float]) -> tuple[float | None, float | None]:
  mean = float(np.mean(values)) if values else None
  return mean, float(np.std(values, ddof=1)) if len(values) > 1 else None


def paired(
  differences: Float[np.ndarray, 'n'], draws: int = 10_000
) -> dict[str, float | int]:
  """Whether paired differences are on one side of zero: a sign-flip permutation test.

  Were there none, each subject's would as likely have the other sign (Fisher 1935).
  Two-sided and seeded; every combination of signs where `draws` allows that.

  Args:
    differences: one an independent subject, two at least.
    draws: of signs.

  Returns:
    difference: the mean; p_value; subjects: how many.
  """
  found = stats.permutation_test(
    (differences,),
    np.mean,
    permutation_type='samples',
    n_resamples=draws,
    batch=1000,
    rng=0,
  )
  return {
    'difference': float(found.statistic),
    'p_value': float(found.pvalue),
    'subjects': len(differences),
  }


def over_trials(
  ours: Sequence[TrialScore], theirs: Sequence[TrialScore]
) -> dict[str, float | int | None]:
  """Whether a method is more accurate than another over the same trials.

  The corrected resampled t-test of Nadeau & Bengio 2003, two-sided.

  Args:
    ours: of one method's trials, two at least.
    theirs: of the other's, in the same order.

  Returns:
    difference: the mean; p_value, None where all trials differ by the same, which tells
    nothing of how they vary; trials: how many.

  Raises:
    ValueError: they are of other trials.
  """
  if [t._replace(correct=0) for t in ours] != [t._replace(correct=0) for t in theirs]:
    raise ValueError('the scores are not of the same trials')
  pairs = zip(ours, theirs, strict=True)
  differences = np.array([one.accuracy - other.accuracy for one, other in pairs])
  mean, p_value = differences.mean(), None
  if np.ptp(differences) > _ALIKE:
    error = _standard_error(differences, ours)
    p_value = float(2 * stats.t.sf(abs(mean) / error, len(ours) - 1))
  elif abs(mean) <= _ALIKE:
    p_value = 1.0
  return {'difference': float(mean), 'p_value': p_value, 'trials': len(ours)}


def _half_width(trials: Sequence[TrialScore]) -> float | None:
  """Of the 95 % interval; Student's, over trials, where they differ."""
  values = np.array([trial.accuracy for trial in trials])
  if len(trials) < 2 or np.ptp(values) <= _ALIKE:
    return None
  return float(stats.t.ppf(0.975, len(trials) - 1) * _standard_error(values, trials))


def _standard_error(
  values: Float[np.ndarray, 'n'], trials: Sequence[TrialScore]
) -> float:
  """Of the mean of trials' values (Nadeau & Bengio 2003, Machine Learning 52, sec. 3).

  Trials share training clips and so agree more than independent ones: their variance
  counts (1/J + n_test/n_train) times, not 1/J.
  """
  shared = sum(t.tested for t in trials) / sum(t.trained for t in trials)
  return float(((1 / len(trials) + shared) * values.var(ddof=1)) ** 0.5)
