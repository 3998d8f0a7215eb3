"""Kills runs while a trial is unfinished, and looks for any trace of it.

    python tests/kills.py --kills=20

Every start after a kill has another number of devices and of trials at a time; every
third kill is to land between the results of one wave. In the end the folder must hold
the bytes of a run that nothing disturbed. `tests/test_main.py` has a short case.
"""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import small_run
from command import succeeds

FOLDS = 6
# On a CPU a sum's last digit follows the number of threads, so that is the same.
THREADS = '4'


def environment(base: dict[str, str], devices: int) -> dict[str, str]:
  """Of a process that finds so many devices."""
  forced = f'--xla_force_host_platform_device_count={devices}'
  return base | {'XLA_FLAGS': f'{base["XLA_FLAGS"]} {forced}', 'NPROC': THREADS}


def command(
  data_dir: pathlib.Path, workdir: pathlib.Path, at_a_time: int, **fields: str
) -> list[str]:
  """Of a run that saves after every chunk, so many trials a device."""
  return small_run.command(
    data_dir,
    workdir,
    execution__trials_per_device=str(at_a_time),
    execution__devices_per_trial='1',
    execution__checkpoint_seconds='0.0',
    **fields,
  )


def kill(
  argv: list[str], env: dict[str, str], begun: Callable[[], bool], seconds: float
) -> None:
  """Starts `python -m argv`, and kills it so many seconds after `begun()`."""
  process = subprocess.Popen(
    [sys.executable, '-m', *argv],
    env=env,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
  )
  while process.poll() is None and not begun():
    time.sleep(0.001)
  time.sleep(seconds)
  os.kill(process.pid, signal.SIGKILL)
  _, said = process.communicate()
  assert process.returncode in (0, -signal.SIGKILL)
  assert not said, said.decode()


def outcome(run: pathlib.Path) -> dict[str, bytes]:
  """The bytes of all that a run found: results, tables, weights."""
  patterns = ('folds.csv', 'predictions.csv', 'summary.json', 'trials/*', 'models/*/*')
  found = [path for pattern in patterns for path in sorted(run.glob(pattern))]
  return {str(path.relative_to(run)): path.read_bytes() for path in found}


def results(run: pathlib.Path) -> int:
  """How many trials are finished."""
  return len(list(run.glob('trials/*.json')))


def main() -> None:
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--kills', type=int, default=20)
  parser.add_argument('--seed', type=int, default=0)
  given = parser.parse_args()
  draw = random.Random(given.seed)
  with tempfile.TemporaryDirectory() as folder:
    home = pathlib.Path(folder)
    cache = {'JAX_COMPILATION_CACHE_DIR': str(home / 'compiled')}
    base = os.environ | small_run.FAST | cache
    subjects = tuple(f'{name}{i}' for i in range(2) for name in small_run.SUBJECTS)
    small_run.write_clips(home / 'clips', subjects[:FOLDS])
    data, fields = home / 'data', {'protocol__folds': str(FOLDS)}
    sources = (f'--manual_dir={home / "clips"}', f'--data_dir={data}')
    succeeds(*small_run.PREPARE, *sources, env=base)
    whole, run = home / 'whole', home / 'run'
    for devices in (1, 4):  # the second finds it finished, and all is compiled
      succeeds(*command(data, whole, 1, **fields), env=environment(base, devices))
    landed, between, number = 0, 0, 0
    while landed < given.kills:
      number += 1
      if results(run) >= FOLDS - 1:
        _check(data, run, whole, environment(base, 1), fields)
      devices, at_a_time = draw.choice((1, 4)), draw.choice((1, 2, 3))
      before, waves = results(run), not number % 3
      argv = command(data, run, at_a_time, **fields)
      first = (
        (lambda b=before: results(run) > b)
        if waves
        else (lambda: bool(list(run.glob('checkpoints/*/*[0-9]/_CHECKPOINT_METADATA'))))
      )
      wait = 0.0 if waves else draw.random()
      kill(argv, environment(base, devices), first, wait)
      after = results(run)
      if after >= FOLDS:
        print(f'start {number}: finished before the kill, not counted')
        _check(data, run, whole, environment(base, 1), fields)
        continue
      landed += 1
      between += waves and 0 < after - before < min(FOLDS - before, devices * at_a_time)
      print(
        f'kill {landed}: {devices} devices, {at_a_time} trials each, '
        f'{before} results before, {after} after'
      )
    _check(data, run, whole, environment(base, 4), fields)
    print(f'{landed} kills, {between} of them between the results of a wave: no trace')


def _check(data, run, whole, env, fields) -> None:
  """Lets the run finish, compares every byte, and clears the folder for another."""
  succeeds(*command(data, run, 2, **fields), env=env)
  assert outcome(run) == outcome(whole)
  assert not (run / 'checkpoints').exists()
  run.rename(run.with_name(f'checked_{time.monotonic_ns()}'))


if __name__ == '__main__':
  main()
