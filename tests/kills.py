"""Kills runs while a trial is unfinished, and checks that results don't change.

    python tests/kills.py --kills=20
    python tests/kills.py --kills=20 --study  # of two runs, one after the other

Every start after a kill has another number of devices and of trials at a time, and its
frames on the device or on the host; every third kill is to land between the results of
one wave. In the end the folder must hold the bytes of a run that nothing disturbed.
`tests/cli/test_train.py` has a short case.
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
  """Of a process that finds so many devices, where every bit counts."""
  forced = f'--xla_force_host_platform_device_count={devices}'
  flags = f'{small_run.ONLY_UNOPTIMISED} {forced}'
  return base | {'XLA_FLAGS': flags, 'NPROC': THREADS}


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
  process.kill()
  _, said = process.communicate()
  assert process.returncode in (0, -signal.SIGKILL)
  assert not said, said.decode()


def outcome(run: pathlib.Path) -> dict[str, bytes]:
  """The bytes of all that a run, or a study's, found: results, tables, weights."""
  patterns = ('folds.csv', 'predictions.csv', 'summary.json', 'trials/*', 'models/*/*')
  of_runs = [*patterns, *(f'*/{pattern}' for pattern in patterns)]
  found = [path for pattern in of_runs for path in sorted(run.glob(pattern))]
  return {str(path.relative_to(run)): path.read_bytes() for path in found}


def results(run: pathlib.Path) -> int:
  """How many trials are finished."""
  return len([*run.glob('trials/*.json'), *run.glob('*/trials/*.json')])


def main() -> None:
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--kills', type=int, default=20)
  parser.add_argument('--seed', type=int, default=0)
  parser.add_argument('--study', action='store_true')
  given = parser.parse_args()
  with tempfile.TemporaryDirectory() as folder:
    draw = random.Random(given.seed)
    trial_by_fire = Kills(pathlib.Path(folder), draw, given.study)
    while trial_by_fire.landed < given.kills:
      trial_by_fire.start_and_kill()
    trial_by_fire.check()
    print(f'{given.kills} kills: no trace')


class Kills:
  """A run that is started again and again, and the one that nothing disturbed."""

  def __init__(self, home: pathlib.Path, draw: random.Random, study: bool):
    cache = {'JAX_COMPILATION_CACHE_DIR': str(home / 'compiled')}
    self._base = os.environ | small_run.FAST | cache
    self._data, self._whole, self._run = home / 'data', home / 'whole', home / 'run'
    self._draw, self._study, self.landed, self._starts = draw, study, 0, 0
    self._trials = FOLDS * (1 + study)
    subjects = tuple(f'{name}{i}' for i in range(2) for name in small_run.SUBJECTS)
    small_run.write_clips(home / 'clips', subjects[:FOLDS])
    sources = (f'--manual_dir={home / "clips"}', f'--data_dir={self._data}')
    succeeds(*small_run.PREPARE, *sources, env=self._base)
    succeeds(*self._command(self._whole, 1), env=environment(self._base, 1))

  def start_and_kill(self) -> None:
    """Starts the run, and kills it while it saves, or between two results."""
    self._starts += 1
    devices, at_a_time = self._draw.choice((1, 4)), self._draw.choice((1, 2, 3))
    before, saved = results(self._run), self._saved()
    between = not self._starts % 3
    if between:
      kind, seconds = 'results', 0.0
      begun = lambda: results(self._run) > before  # noqa: E731
    else:
      kind, seconds = 'training', self._draw.random() / 2
      begun = lambda: bool(self._saved() - saved)  # noqa: E731
    placement = self._draw.choice(('device', 'host'))
    argv = self._command(self._run, at_a_time, execution__placement=placement)
    kill(argv, environment(self._base, devices), begun, seconds)
    after = results(self._run)
    if after == self._trials:
      print(f'start {self._starts}: finished before the kill, not counted', flush=True)
    else:
      self.landed += 1
      print(
        f'kill {self.landed}: {kind}, {devices} devices, {at_a_time} trials each, '
        f'frames on the {placement}, '
        f'{before} results before, {after} after',
        flush=True,
      )
    if after >= self._trials - 1:
      self.check()

  def check(self) -> None:
    """Lets the run finish, compares every byte, and makes room for another."""
    succeeds(*self._command(self._run, 2), env=environment(self._base, 4))
    assert outcome(self._run) == outcome(self._whole)
    assert not list(self._run.rglob('checkpoints'))
    self._run.rename(self._run.with_name(f'checked_{self._starts}'))

  def _saved(self) -> set[pathlib.Path]:
    saved = 'checkpoints/*/*[0-9]/_CHECKPOINT_METADATA'
    return {*self._run.glob(saved), *self._run.glob(f'*/{saved}')}

  def _command(self, workdir: pathlib.Path, at_a_time: int, **more: str) -> list[str]:
    fields = {'protocol__folds': str(FOLDS), 'training__stages': '((60, 0.001),)'}
    fields |= more
    argv = command(self._data, workdir, at_a_time, **fields)
    if self._study:
      argv[1] = '--config=tests/small_study.py'
      notation = small_run.NETWORK['stc_nlstm.notation']
      argv.append(f'--config.stc.notation={notation}')
    return argv


if __name__ == '__main__':
  main()
