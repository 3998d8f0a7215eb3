"""Compares two runs on the same clips, with tests of significance."""

import csv
from collections import defaultdict
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from stc_jax.data.protocols import ProtocolConfig
from stc_jax.evaluation import statistics
from stc_jax.run_folder.finished_run import Run, is_right


class Comparison(NamedTuple):
  """The difference in accuracy between two runs.

  Attributes:
    trials: `statistics.over_trials` of the same trials. None if there are fewer than
      two, or if they differ only in their seeds.
    subjects: `statistics.paired` of the mean difference of each subject in the first
      repeat. None if there are fewer than two subjects.
    refused: why the runs can't be compared, or ''.
  """

  trials: dict | None
  subjects: dict | None
  refused: str = ''


def compare(ours: Run, theirs: Run) -> Comparison:
  """Compares two runs that classify clips, if they have the same data and folds."""
  if refused := refusal(ours, theirs):
    return Comparison(None, None, refused)
  # Trials that differ only in seeds share their test clips: they give no p value.
  resampled = ProtocolConfig(**ours.config['protocol']).resampled
  over_trials = (
    statistics.over_trials(ours.scores, theirs.scores)
    if resampled and len(ours.trials) > 1
    else None
  )
  differences = by_subject(ours, theirs, repeats=1)
  subjects = statistics.paired(differences) if len(differences) > 1 else None
  return Comparison(over_trials, subjects)


def refusal(ours: Run, theirs: Run) -> str:
  """Why two runs of any task can't be compared; '' if they can."""
  if ours.dataset['sha256'] != theirs.dataset['sha256']:
    return 'other data'
  one, other = _tests(ours), _tests(theirs)
  if one == other and _trials(ours) == _trials(theirs):
    return ''
  alike = all(one[trial] == other[trial] for trial in one.keys() & other.keys())
  if alike and one.keys() & other.keys():
    return f'{len(ours.trials)} trials and {len(theirs.trials)}, of the same folds'
  return 'other folds'


def by_subject(
  ours: Run, theirs: Run, repeats: int | None = None
) -> Float[np.ndarray, 'n']:
  """The mean difference of each subject over its clips in the first `repeats`."""
  rights, others = _rights(ours, repeats), _rights(theirs, repeats)
  found = defaultdict(list)
  for key, right in rights.items():
    found[key[2]].append(float(right) - others[key])
  return np.array([np.mean(found[subject]) for subject in sorted(found)])


def _rights(run: Run, repeats: int | None) -> dict[tuple, bool]:
  """Whether a clip was classified correctly, by repeat, fold, subject and clip."""
  return {
    (row['repeat'], row['fold'], row['subject'], row['clip']): is_right(row)
    for row in run.rows
    if repeats is None or row['repeat'] < repeats
  }


def _tests(run: Run) -> dict[tuple[str, str], list[tuple[str, ...]]]:
  """The test clips of each trial, by repeat and fold."""
  found = defaultdict(list)
  for repeat, fold, *tested in list(csv.reader(run.folds.splitlines()))[1:]:
    found[repeat, fold].append(tuple(tested))
  return found


def _trials(run: Run) -> list[tuple[int, int]]:
  return [(trial['repeat'], trial['fold']) for trial in run.trials]
