"""Action units of runs on one dataset, beside the floor and what is published."""

from collections.abc import Sequence

from stc_jax.report import published
from stc_jax.report.run_folder import Run
from stc_jax.report.table import Table, number

_NOTES = """\
F1 at 0.5 over all tested frames, unknown codings left out, and its mean over action
units, as in FERA 2015; tuned: at thresholds chosen on training frames. The floor is
ridge regression on HOG features of the frame."""
_FIELDS = {'F1': 'f1', 'tuned F1': 'tuned_f1', 'AUC': 'auc', 'AP': 'average_precision'}


def detection_table(runs: Sequence[Run], caption: str) -> Table:
  """Scores of each action unit and their means (Yu et al. 2018, table 9)."""
  columns, fields = ['action unit', 'prevalence'], ['prevalence']
  for run in runs:
    columns += [f'{run.name}, {name}' for name in _FIELDS]
  floors = [f'floor_{_FIELDS[name]}' for name in ('F1', 'tuned F1', 'AUC')]
  columns += ['floor, F1', 'floor, tuned F1', 'floor, AUC']
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


def published_table(runs: Sequence[Run], caption: str) -> Table:
  """Mean F1 of each run, and the published ones: of other partitions, so apart."""
  said = published.DETECTION.get(runs[0].database, {})
  partition = {
    'fixed': 'development partition',
    'folds': 'folds by subject',
    'given': 'given lists of subjects',
  }
  rows = [
    [name, 'test partition', f'{value:g}', '', ''] for name, value in said.items()
  ]
  for run in runs:
    where = partition.get(run.config['protocol']['kind'], 'no frame')
    summary, over = run.summary, run.summary['over_floor']['f1'] or {}
    interval = ' to '.join(f'{end:+.3f}' for end in over.get('ci95') or ())
    mean = number(summary['trial_f1_mean'], '.3f')
    rows.append([run.name, where, '', mean, interval])
  columns = 'method', 'tested on', 'published', 'ours', 'over the floor, 95 %'
  notes = (
    'Published figures are of a partition that is not public, ours of another one: '
    'they are not to be compared. The interval is over draws of subjects.'
  )
  title = f'{runs[0].title}: mean F1'
  return Table('mean_f1', title, columns, rows, f'{notes} {caption}')
