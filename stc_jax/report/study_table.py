"""A study's runs in a table for the terminal."""

import pathlib

from rich.table import Table

from stc_jax.report import collect
from stc_jax.run_folder.finished_run import Run
from stc_jax.tasks.table import number, percent

_METHOD = 'STC-NLSTM'


def study_table(workdir: pathlib.Path) -> Table:
  """Returns a row for each run of a study.

  Each is compared with the paper's method or, where that isn't there, the last run.
  """
  runs, _ = collect.finished_runs([workdir])
  base = next((run for run in runs if run.method == _METHOD), runs[-1])
  table = Table(title='study')
  for column in ('run', 'score', '±', f'over {base.name}', 'p, subjects', 'p, trials'):
    table.add_column(column, justify='left' if column == 'run' else 'right')
  for run in runs:
    table.add_row(run.name, *_score(run), *_compared(run, base))
  return table


def _score(run: Run) -> tuple[str, str]:
  """Mean and deviation over complete repeats; where there is none, over trials."""
  summary, score = run.summary, run.task.score
  kind = score if summary[f'{score}_mean'] is not None else f'trial_{score}'
  mean, deviation = summary[f'{kind}_mean'], summary[f'{kind}_std']
  return percent(mean), percent(deviation)


def _compared(run: Run, base: Run) -> tuple[str, str, str]:
  """The difference to `base` in points, and its p values: see `Task.compare`."""
  if run is base:
    return '', '', ''
  found = run.task.compare(run, base)
  subjects, trials = found.subjects or {}, found.trials or {}
  points = subjects.get('difference')
  return (
    '' if points is None else f'{100 * points:+.1f}',
    number(subjects.get('p_value'), '.4f'),
    number(trials.get('p_value'), '.4f'),
  )
