"""Several processes that share every trial: their results, and how they end."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import kills
import numpy as np
import pytest
import small_run
from command import fails, succeeds
from small import script

PROGRAM = script.TESTS / 'training' / 'many_processes.py'


def start(where, devices, coordinator, count, number):
  flags = f'{small_run.ONLY_UNOPTIMISED} --xla_force_host_platform_device_count='
  return subprocess.Popen(
    [sys.executable, str(PROGRAM), where, coordinator, str(count), str(number)],
    env=os.environ
    | {
      'XLA_FLAGS': flags + str(devices),
      'NPROC': '4',
      'PYTHONPATH': script.python_path(),
    },
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
  )


def found_by(processes):
  said = [process.communicate(timeout=300) for process in processes]
  assert not any(process.returncode for process in processes), said
  return json.loads(said[0][0].strip().splitlines()[-1])


@pytest.fixture(scope='module')
def alone():
  return found_by([start('device', 1, '', 1, 0)])


@pytest.mark.slow
@pytest.mark.parametrize('where', ['device', 'host'])
def test_two_processes_of_two_devices_compute_what_one_does(alone, where):
  with socket.socket() as free:
    free.bind(('localhost', 0))
    coordinator = f'localhost:{free.getsockname()[1]}'
  found = found_by([start(where, 2, coordinator, 2, number) for number in range(2)])
  assert (found['processes'], found['devices']) == (2, 4)
  for name in ('losses', 'scores', 'sums'):
    np.testing.assert_allclose(found[name], alone[name], rtol=0, atol=1e-9)


def command(data_dir, workdir):
  fields = {'training__stages': '((60, 0.001),)', 'execution__placement': 'host'}
  argv = small_run.command(data_dir, workdir, **fields)
  return [*argv, '--config.execution.checkpoint_seconds=0.0', '--processes=2']


@pytest.fixture(scope='module')
def whole(data_dir, environment, tmp_path_factory):
  workdir = tmp_path_factory.mktemp('whole')
  succeeds(*command(data_dir, workdir), env=environment)
  return workdir


def child(parent: int, number: int) -> int:
  """The process that `--processes` started as this number; 0 where there is none."""
  for path in pathlib.Path('/proc').glob('[0-9]*'):
    try:
      words = (path / 'cmdline').read_bytes().split(b'\0')
      stat = (path / 'stat').read_text().rsplit(')', 1)[1].split()
    except OSError:
      continue
    if int(stat[1]) == parent and f'--process_id={number}'.encode() in words:
      return int(path.name)
  return 0


def kill_one(number, argv, environment, workdir):
  """Kills one of two processes while they train; checks how all end."""
  process = subprocess.Popen(
    [sys.executable, '-m', *argv],
    env=environment,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
  )
  while not list(workdir.glob('checkpoints/*/*[0-9]/_CHECKPOINT_METADATA')):
    assert process.poll() is None, process.communicate()
    time.sleep(0.01)
  os.kill(child(process.pid, number), signal.SIGKILL)
  _, said = process.communicate(timeout=60)
  assert process.returncode == 128 + signal.SIGKILL
  assert said.count('\n') == 1
  assert f'process {number} of 2 was ended by SIGKILL' in said
  assert not child(process.pid, 1 - number)
  assert kills.results(workdir) < 2


@pytest.mark.slow
def test_where_the_first_is_killed_all_end(data_dir, environment, tmp_path):
  kill_one(0, command(data_dir, tmp_path), environment, tmp_path)


@pytest.mark.slow
def test_where_one_is_killed_the_same_command_continues(
  whole, data_dir, environment, tmp_path
):
  argv = command(data_dir, tmp_path)
  kill_one(1, argv, environment, tmp_path)
  succeeds(*argv, env=environment)
  assert kills.outcome(tmp_path) == kills.outcome(whole)


@pytest.mark.slow
def test_an_interrupt_ends_all(data_dir, environment, tmp_path):
  long = '--config.training.stages=((3000, 0.001),)'
  process = subprocess.Popen(
    [sys.executable, '-m', *command(data_dir, tmp_path), long],
    env=environment,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
    start_new_session=True,
  )
  while not list(tmp_path.glob('checkpoints/*/*[0-9]/_CHECKPOINT_METADATA')):
    assert process.poll() is None, process.communicate()
    time.sleep(0.01)
  os.killpg(process.pid, signal.SIGINT)
  process.communicate(timeout=60)
  assert process.returncode == 130
  assert not child(process.pid, 0)
  assert not child(process.pid, 1)


@pytest.mark.slow
def test_a_trial_that_diverges_ends_all(data_dir, environment, tmp_path):
  fields = ('training.stages=((40, 1e30),)', 'training.gradient_clip=0.0')
  fields += ('training.optimizer=sgd', 'execution.first_trials=1')
  argv = [*command(data_dir, tmp_path), *(f'--config.{field}' for field in fields)]
  fails(*argv, naming='trial 0-0: the loss is not finite', env=environment)


@pytest.mark.slow
def test_what_is_wrong_is_said_once(data_dir, environment, tmp_path):
  argv = command(data_dir, tmp_path)
  said = fails(*argv, '--config.protocol.folds=7', naming='folds', env=environment)
  assert said.count('error:') == 1
  for flags, naming in (
    (('--coordinator=localhost:1',), '--process_count'),
    (('--process_id=1',), '--coordinator'),
    (('--coordinator=localhost:1', '--processes=2'), '--coordinator'),
  ):
    alone = [word for word in argv if word != '--processes=2']
    fails(*alone, *flags, naming=naming, env=environment)
