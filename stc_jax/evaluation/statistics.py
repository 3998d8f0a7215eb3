"""The accuracy of a run and its uncertainty, from the scores of trials."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from stc_jax import late

# Accuracies that differ by less count as equal.
_ALIKE = 1e-9
_DRAWS = 2000  # of subjects, for an interval
_NOTHING = {
  'accuracy_mean': None,
  'accuracy_std': None,
  'accuracy_ci95': None,
  'trial_accuracy_mean': None,
  'trial_accuracy_std': None,
}


class TrialScore(NamedTuple):
  """The score of a finished trial.

  Attributes:
    repeat: the partition of the clips that it belongs to.
    tested, correct: the numbers of test clips and of correctly classified ones.
    trained: the number of training clips.
  """

  repeat: int
  tested: int
  correct: int
  trained: int

  @property
  def accuracy(self) -> float:
    """The accuracy in [0, 1], for trials with test clips."""
    return self.correct / self.tested


def accuracies(scores: Sequence[TrialScore], folds: int, resampled: bool) -> dict:
  """Summarises a protocol's trials; some may be missing.

  A repeat is complete with `folds` scores; its accuracy is pooled over its folds. The
  trials of the paper (Yu et al. 2018, sec. 4.1) are averaged one by one.

  Args:
    scores: one for each finished trial, in any order.
    folds: the number of trials in a repeat.
    resampled: whether trials differ in their test clips. If they differ only in the
      seed (a fixed partition), they don't show how accuracy varies over samples of
      faces, and there is no interval.

  Returns:
    accuracy_mean, accuracy_std: over complete repeats.
    accuracy_ci95: [low, high] around accuracy_mean (see `_half_width`); not clipped to
      [0, 1]; None if all trials have the same accuracy, which doesn't mean that the
      accuracy is certain.
    trial_accuracy_mean, trial_accuracy_std: over all trials.
    Deviations have n - 1 degrees of freedom. Values that need more scores are None.
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


def paired(differences: Float[np.ndarray, 'n'], draws: int = 10_000) -> dict[str, Any]:
  """Tests whether the mean of paired differences is zero, by flipping signs.

  Without an effect each subject's difference would have either sign with equal
  probability (Fisher 1935). The test is two-sided and seeded. It uses all combinations
  of signs if these are at most `draws`.

  Args:
    differences: one for each independent subject, at least two.
    draws: the largest number of combinations of signs.

  Returns:
    difference: the mean; p_value; ci95: [low, high], percentiles of the means of draws
    of subjects (Efron & Tibshirani 1993), None if all draws have the same mean;
    subjects: their number.
  """
  found = late.load('scipy.stats').permutation_test(
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
    'ci95': _of_draws(differences),
    'subjects': len(differences),
  }


def over_subjects(
  rights: Sequence[Sequence[bool]], draws: int = 2000
) -> tuple[float, float] | None:
  """The 95 % interval of a model's accuracy over people, by the seeded bootstrap.

  Each draw takes as many subjects as there are, with replacement, and all their clips.

  Args:
    rights: of each subject, which of its clips were classified correctly.
    draws: how many.

  Returns:
    The 2.5th and the 97.5th percentile; None for fewer than two subjects.
  """
  if len(rights) < 2:
    return None
  random = np.random.default_rng(0)
  correct, tested = (np.array(list(map(count, rights))) for count in (sum, len))
  drawn = random.integers(0, len(rights), (draws, len(rights)))
  shares = correct[drawn].sum(axis=1) / tested[drawn].sum(axis=1)
  low, high = np.percentile(shares, (2.5, 97.5)).tolist()
  return low, high


def _of_draws(values: Float[np.ndarray, 'n']) -> list[float] | None:
  """The 95 % interval of a mean, by a seeded bootstrap."""
  random, count = np.random.default_rng(0), len(values)
  means = [values[random.integers(count, size=count)].mean() for _ in range(_DRAWS)]
  low, high = np.percentile(means, (2.5, 97.5)).tolist()
  return [low, high] if high - low > _ALIKE else None


def over_trials(
  ours: Sequence[TrialScore], theirs: Sequence[TrialScore]
) -> dict[str, float | int | None]:
  """Tests whether two methods differ in accuracy over the same trials.

  The corrected resampled t-test of Nadeau & Bengio 2003, two-sided.

  Args:
    ours: the scores of one method's trials, at least two.
    theirs: those of the other's, in the same order.

  Returns:
    difference: the mean; p_value, None if all trials have the same difference, not 0,
    because its variance is unknown; trials: their number.

  Raises:
    ValueError: the scores are of different trials.
  """
  if [t._replace(correct=0) for t in ours] != [t._replace(correct=0) for t in theirs]:
    raise ValueError('the scores are not of the same trials')
  pairs = zip(ours, theirs, strict=True)
  differences = np.array([one.accuracy - other.accuracy for one, other in pairs])
  mean, p_value = differences.mean(), None
  if np.ptp(differences) > _ALIKE:
    error = _standard_error(differences, ours)
    p_value = float(2 * late.load('scipy.stats').t.sf(abs(mean) / error, len(ours) - 1))
  elif abs(mean) <= _ALIKE:
    p_value = 1.0
  return {'difference': float(mean), 'p_value': p_value, 'trials': len(ours)}


def _half_width(trials: Sequence[TrialScore]) -> float | None:
  """Half the 95 % interval, by Student's t over trials; None if they are all equal."""
  values = np.array([trial.accuracy for trial in trials])
  if len(trials) < 2 or np.ptp(values) <= _ALIKE:
    return None
  quantile = late.load('scipy.stats').t.ppf(0.975, len(trials) - 1)
  return float(quantile * _standard_error(values, trials))


def _standard_error(
  values: Float[np.ndarray, 'n'], trials: Sequence[TrialScore]
) -> float:
  """The standard error of a mean over J trials.

  Trials share training clips, so they vary less than independent ones. Their variance
  is multiplied by 1/J + n_test/n_train, not by 1/J (Nadeau & Bengio 2003, Machine
  Learning 52, sec. 3).
  """
  shared = sum(t.tested for t in trials) / sum(t.trained for t in trials)
  return float(((1 / len(trials) + shared) * values.var(ddof=1)) ** 0.5)
