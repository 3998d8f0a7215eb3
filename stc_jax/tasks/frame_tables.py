"""Tables on action units of runs on one dataset, beside floor and published F1."""

from collections.abc import Sequence

from stc_jax.tasks import published
from stc_jax.tasks.table import Table, number
from stc_jax.tasks.trials import RunResults

_NOTES = """\
F1 at 0.5 over all tested frames without unknown codings, and its mean over action
units, as in FERA 2015. Tuned F1 is at the thresholds with the best F1 on training
frames; for the floor these frames are scored by regressions on other subjects. The
floor is ridge regression on HOG features of the frame. `always` predicts the action
unit in every frame, which is the best constant."""
_FIELDS = {'F1': 'f1', 'tuned F1': 'tuned_f1', 'AUC': 'auc', 'AP': 'average_precision'}


def detection_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Scores of each action unit and their means (Yu et al. 2018, table 9)."""
  columns, fields = ['action unit', 'prevalence'], ['prevalence']
  for run in runs:
    columns += [f'{run.name}, {name}' for name in _FIELDS]
  floors = [f'floor_{_FIELDS[name]}' for name in ('F1', 'tuned F1', 'AUC')]
  floors.append('constant_f1')
  columns += ['floor, F1', 'floor, tuned F1', 'floor, AUC', 'always, F1']
  first, rows = runs[0].summary, []
  for name in [*first['aus'], 'mean']:
    of_run = [
      run.summary['means'] if name == 'mean' else run.summary['aus'][name]
      for run in runs
    ]
    values = [of_run[0].get(field) for field in fields]
    for scores in of_run:
      values += [scores[field] for field in _FIELDS.values()]
    values += [of_run[0][field] for field in floors]
    rows.append([name, *(number(value, '.3f') for value in values)])
  title = f'{runs[0].title}: action units'
  return Table('detection', title, columns, rows, f'{_NOTES} {caption}')


def published_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Mean F1 of each run, and published ones, which are of other partitions."""
  said = published.DETECTION.get(runs[0].database, {})
  partition = {
    'fixed': 'development partition',
    'folds': 'folds by subject',
    'given': 'given lists of subjects',
  }
  rows = [
    [name, 'test partition', f'{value:g}', '', '', '', '']
    for name, value in said.items()
  ]
  for run in runs:
    where = partition.get(run.config['protocol']['kind'], 'no frame')
    summary = run.summary
    tuned = (summary['means'] or {}).get('tuned_f1')
    scores = (number(x, '.3f') for x in (summary['trial_f1_mean'], tuned))
    over = (_over(summary, other) for other in ('over_floor', 'over_constant'))
    rows.append([run.name, where, '', *scores, *over])
  columns = (
    'method',
    'tested on',
    'published',
    'ours',
    'ours, tuned',
    'tuned, over the tuned floor, 95 %',
    'tuned, over always, 95 %',
  )
  notes = (
    'Published figures are of a partition that is not public, ours are of another: '
    'do not compare them. The intervals are over draws of subjects.'
  )
  title = f'{runs[0].title}: mean F1'
  return Table('mean_f1', title, columns, rows, f'{notes} {caption}')


def _over(summary: dict, other: str) -> str:
  """The difference in tuned F1 with its interval; '' if it is unknown."""
  found = (summary.get(other) or {}).get('tuned_f1')
  if not found:
    return ''
  interval = ' to '.join(f'{end:+.3f}' for end in found['ci95'] or ())
  return f'{found["difference"]:+.3f}' + (f' ({interval})' if interval else '')
