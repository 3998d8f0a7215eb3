"""Comparisons of two runs, and whether they were tested on the same examples."""

import csv
from collections import defaultdict
from typing import NamedTuple

from stc_jax.tasks.trials import RunResults


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


def refusal(ours: RunResults, theirs: RunResults) -> str:
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


def _tests(run: RunResults) -> dict[tuple[str, str], list[tuple[str, ...]]]:
  """The test clips of each trial, by repeat and fold."""
  found = defaultdict(list)
  for repeat, fold, *tested in list(csv.reader(run.folds.splitlines()))[1:]:
    found[repeat, fold].append(tuple(tested))
  return found


def _trials(run: RunResults) -> list[tuple[int, int]]:
  return [(trial['repeat'], trial['fold']) for trial in run.trials]
