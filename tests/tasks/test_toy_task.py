"""A task that is added as BUILD.md says is trained, reported and predicted."""

import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest
import small_run

TOY = pathlib.Path(__file__).with_name('toy_task.py')


def succeeds(verb, *flags, env):
  argv = [sys.executable, str(TOY), verb, *flags]
  done = subprocess.run(
    argv,
    env=env | {'PYTHONPATH': os.getcwd()},
    capture_output=True,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  return done.stdout


@pytest.mark.slow
def test_a_third_task_goes_all_the_way(made, environment, tmp_path):
  run, report, out = (tmp_path / name for name in ('run', 'report', 'out'))
  _, *flags = small_run.command(made.data, run, protocol__repeats='1')
  flags.append('--config.task.kind=valence')
  said = succeeds('train', *flags, env=environment)
  assert 'mean error' in said
  summary = json.loads((run / 'summary.json').read_text())
  assert summary['trial_error_mean'] < 0.5
  succeeds('report', f'--workdir={run}', f'--out={report}', env=environment)
  with (report / 'tables' / 'errors.csv').open(newline='') as file:
    (row,) = csv.DictReader(file)
  assert row['error'] == f'{summary["trial_error_mean"]:.3f}'
  clip = next((made.data.parent / 'clips').glob('*/*'))
  argv = (
    f'--model={run / "models" / "0-0"}',
    f'--out={out}',
    '--align=none',
    str(clip),
  )
  succeeds('predict', *argv, env=environment)
  with next(out.glob('*.csv')).open(newline='') as file:
    rows = list(csv.DictReader(file))
  assert rows
  assert all(0 <= float(row['valence']) <= 1 for row in rows)
