"""The scores of each of several joined sets: computed, and as a table."""

from collections.abc import Sequence

import numpy as np

from stc_jax.baselines.constant import chance_right
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.tasks.clip_results import is_right, scores_of
from stc_jax.tasks.table import Table, percent
from stc_jax.tasks.trials import RunResults

_FLOORS = {
  'temporal floor': 'temporal_floor',
  'static floor': 'floor',
  'chance': 'chance',
}
_NOTES = """\
Over the tested clips of each set, all trials pooled. UAR is the mean recall of the
classes that have clips there. Floors and chance are of the same trials, of one run."""


def scores(clip_set: ClipSet, trials: Sequence[Trial], results: Sequence[dict]) -> dict:
  """The fields of summary.json on each of several joined sets.

  Args:
    clip_set: the joined set; of one that isn't joined there are no fields.
    trials: those with results.
    results: of these trials.

  Returns:
    databases: for each set its clips and subjects, as tested, and accuracy and UAR of
    the model, of the floors and of chance. trial_databases: the sets that each trial
    tests.
  """
  if not clip_set.databases:
    return {}
  found: dict[str, list[dict]] = {name: [] for name in sorted(set(clip_set.databases))}
  for trial, result in zip(trials, results, strict=True):
    for row in _rows(clip_set, trial, result):
      found[row['database']].append(row)
  return {
    'databases': {
      name: _scores(clip_set.names, rows) for name, rows in found.items() if rows
    },
    'trial_databases': [
      sorted({row['database'] for row in result['predictions']}) for result in results
    ],
  }


def _rows(clip_set: ClipSet, trial: Trial, result: dict) -> list[dict]:
  """The tested clips of a trial, with what floors and chance make of them."""
  if not result['predictions']:
    return []
  rights = {
    'floor': result['floor_right'],
    'temporal_floor': result['temporal_floor_right'],
    'chance': chance_right(clip_set.targets, trial).tolist(),
  }
  return [
    row | {name: of_all[i] for name, of_all in rights.items()}
    for i, row in enumerate(result['predictions'])
  ]


def _scores(classes: Sequence[str], rows: Sequence[dict]) -> dict:
  scores = {
    'clips': len({row['clip'] for row in rows}),
    'subjects': len({row['subject'] for row in rows}),
    'accuracy': float(np.mean(list(map(is_right, rows)))),
    'uar': scores_of(classes, rows)['uar'],
  }
  labels = np.array([row['label'] for row in rows])
  for name in _FLOORS.values():
    right = np.array([row[name] for row in rows], float)
    scores[f'{name}_accuracy'] = float(right.mean())
    recalls = [right[labels == label].mean() for label in np.unique(labels)]
    scores[f'{name}_uar'] = float(np.mean(recalls))
  return scores


def databases_table(runs: Sequence[RunResults], caption: str) -> Table:
  """The scores of runs on each joined set, beside those of the floors.

  Floors are of the first run that tested the set.
  """
  scores_by_run = [(run.name, run.summary.get('databases', {})) for run in runs]
  rows = []
  for name in dict.fromkeys(name for _, found in scores_by_run for name in found):
    own = {run: found[name] for run, found in scores_by_run if name in found}
    rows += [
      [f'{name}: {run}', percent(one['accuracy']), percent(one['uar'])]
      for run, one in own.items()
    ]
    first = next(iter(own.values()))
    rows += [
      [f'{name}: {floor}', *_percents(first, field)] for floor, field in _FLOORS.items()
    ]
  title = f'{runs[0].title}: accuracy of each set in percent'
  columns = 'set: method', 'accuracy (WAR)', 'UAR'
  return Table('databases', title, columns, rows, f'{_NOTES} {caption}')


def _percents(scores: dict, floor: str) -> list[str]:
  """Accuracy and UAR of a floor; runs of older versions have no UAR of it."""
  return [percent(scores[f'{floor}_accuracy']), percent(scores.get(f'{floor}_uar'))]
