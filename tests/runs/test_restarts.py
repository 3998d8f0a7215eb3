"""Restarts after kills, and fields that a later start may change."""

import json

import kills
import pytest
from command import succeeds

FIELDS = {'protocol__folds': '4', 'training__stages': '((20, 0.001),)'}


@pytest.fixture(scope='module')
def whole(data_dir, environment, tmp_path_factory):
  """The folder of a run on one device that nothing disturbed."""
  workdir, env = tmp_path_factory.mktemp('whole'), kills.environment(environment, 1)
  succeeds(*kills.command(data_dir, workdir, 1, **FIELDS), env=env)
  return workdir


@pytest.mark.slow
def test_kills_leave_no_trace(whole, data_dir, environment, tmp_path):
  """While the first trials train, then between the results of one wave.

  With frames on the host; in the end, on the device.
  """
  env = kills.environment(environment, devices=4)
  run = tmp_path / 'run'
  trains = 'checkpoints/0-0/*[0-9]/_CHECKPOINT_METADATA'
  fields = FIELDS | {'execution__placement': 'host'}
  argv = kills.command(data_dir, run, 1, **fields)
  kills.kill(argv, env, lambda: bool(list(run.glob(trains))), 0.1)
  assert kills.results(run) == 0
  kills.kill(argv, env, lambda: kills.results(run) > 0, 0.0)
  assert 0 < kills.results(run) < 4
  kept = {path: path.stat().st_mtime_ns for path in run.glob('trials/*.json')}
  succeeds(*kills.command(data_dir, run, 2, **FIELDS), env=env)
  assert {path: path.stat().st_mtime_ns for path in kept} == kept
  assert kills.outcome(run) == kills.outcome(whole)
  assert not (run / 'checkpoints').exists()
  assert len((run / 'starts.jsonl').read_text().splitlines()) == 3
  timings = json.loads((run / 'timings.json').read_text())
  # Of killed starts what came after their last checkpoint is lost.
  assert timings['trained_clips'] >= 3 * 20 * 4
  assert sorted(p.name for p in (run / 'models').iterdir()) == [
    '0-0',
    '0-1',
    '0-2',
    '0-3',
  ]


@pytest.mark.slow
def test_a_run_goes_on_with_more_trials(whole, data_dir, environment, tmp_path):
  run, env = tmp_path / 'run', kills.environment(environment, devices=2)
  command = kills.command(data_dir, run, 1, execution__first_trials='1', **FIELDS)
  succeeds(*command, env=env)
  assert kills.results(run) == 1
  summary = json.loads((run / 'summary.json').read_text())
  assert summary['accuracy_mean'] is None
  assert summary['trial_accuracy_mean'] == summary['trial_accuracies'][0]
  succeeds(*kills.command(data_dir, run, 1, **FIELDS), env=env)
  assert kills.outcome(run) == kills.outcome(whole)
