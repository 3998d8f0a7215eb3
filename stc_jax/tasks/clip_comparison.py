"""Compares two runs on the same clips, with tests of significance."""

from collections import defaultdict

import numpy as np
from jaxtyping import Float

from stc_jax.data.protocols import ProtocolConfig
from stc_jax.evaluation import statistics
from stc_jax.tasks import comparison
from stc_jax.tasks.clip_results import is_right, rows_of, trial_scores
from stc_jax.tasks.trials import RunResults


def compare(ours: RunResults, theirs: RunResults) -> comparison.Comparison:
  """Compares two runs that classify clips, if they have the same data and folds."""
  if refused := comparison.refusal(ours, theirs):
    return comparison.Comparison(None, None, refused)
  # Trials that differ only in seeds share their test clips: they give no p value.
  resampled = ProtocolConfig(**ours.config['protocol']).resampled
  over_trials = (
    statistics.over_trials(trial_scores(ours.trials), trial_scores(theirs.trials))
    if resampled and len(ours.trials) > 1
    else None
  )
  differences = by_subject(ours, theirs, repeats=1)
  subjects = statistics.paired(differences) if len(differences) > 1 else None
  return comparison.Comparison(over_trials, subjects)


def by_subject(
  ours: RunResults, theirs: RunResults, repeats: int | None = None
) -> Float[np.ndarray, 'n']:
  """The mean difference of each subject over its clips in the first `repeats`."""
  rights, others = _rights(ours, repeats), _rights(theirs, repeats)
  found = defaultdict(list)
  for key, right in rights.items():
    found[key[2]].append(float(right) - others[key])
  return np.array([np.mean(found[subject]) for subject in sorted(found)])


def _rights(run: RunResults, repeats: int | None) -> dict[tuple, bool]:
  """Whether a clip was classified correctly, by repeat, fold, subject and clip."""
  return {
    (row['repeat'], row['fold'], row['subject'], row['clip']): is_right(row)
    for row in rows_of(run.trials)
    if repeats is None or row['repeat'] < repeats
  }
