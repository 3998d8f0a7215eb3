import json
import os
import pathlib
import subprocess
import sys

import jax
import numpy as np
import programs
import pytest

from stc_jax.training import loop
from stc_jax.training.trials import waves

HERE = pathlib.Path(__file__).parent


def forty_trials(devices):
  """A sum's last digit follows the number of threads, so that is the same."""
  flags = f'--xla_force_host_platform_device_count={devices}'
  search = os.pathsep.join([str(HERE), str(HERE.parent), str(HERE.parent.parent)])
  done = subprocess.run(
    [sys.executable, str(HERE / 'forty_trials.py')],
    env=os.environ | {'XLA_FLAGS': flags, 'NPROC': '4', 'PYTHONPATH': search},
    capture_output=True,
    text=True,
    check=True,
    timeout=300,
  )
  return json.loads(done.stdout)


def test_forty_trials_need_no_collective_and_are_the_same_on_1_and_4_devices():
  one, four = forty_trials(1), forty_trials(4)
  assert (one['devices'], four['devices']) == (1, 4)
  assert four['collectives'] == []
  assert four['grouped'] == []
  assert len(set(four['trials'])) == 40
  assert four['trials'] == one['trials']


def test_a_trial_alone_equals_the_trial_in_the_stack():
  data, stack = programs.material()
  stacked = programs.train(programs.programs(3, data, stack), data, stack, [7, 0, 33])
  alone = programs.train(programs.programs(1, data, stack), data, stack, [33])
  for together, single in zip(
    jax.tree.leaves(loop.take(stacked, 2)),
    jax.tree.leaves(loop.take(alone, 0)),
    strict=True,
  ):
    np.testing.assert_array_equal(together, single)


def test_steps_past_the_last_stage_do_nothing():
  data, stack = programs.material()
  made = programs.programs(1, data, stack)
  trials = made.put_trials(loop.take(stack, np.array([0])))
  shared = made.put_shared(data)
  states = made.init(shared, trials)
  for _ in range(2):  # 2 chunks of 4, for 6 steps
    states, _ = made.train_chunk(shared, trials, states)
  finished = jax.device_get(states)
  assert finished.step[0] == programs.TRAINING.steps == 6
  assert (finished.losses[0] > 0).all()
  states, _ = made.train_chunk(shared, trials, states)
  for before, after in zip(
    jax.tree.leaves(finished), jax.tree.leaves(jax.device_get(states)), strict=True
  ):
    np.testing.assert_array_equal(before, after)


def test_one_compilation_serves_every_wave():
  data, stack = programs.material()
  made = programs.programs(2, data, stack)
  made.compile_all()
  seconds = made.compile_seconds
  for wave in waves(np.arange(5), 2):
    programs.train(made, data, stack, wave)
  assert made.compile_seconds == seconds


@pytest.mark.parametrize(('pending', 'size'), [(5, 2), (1, 4), (4, 4), (40, 7)])
def test_waves_are_full_and_name_every_trial(pending, size):
  made = waves(np.arange(pending), size)
  assert {len(wave) for wave in made} == {size}
  assert set(np.concatenate(made)) == set(range(pending))
