"""All figures of an accelerator, within a time that a lent one allows.

    python -m benchmarks.accelerator [--results=runs/accelerator] [--seconds=540]

From the repository's root; needs the extras `cuda` and `peer` with a CUDA build of
PyTorch. Steps run in the order of their worth until the time is over, and each leaves
its log and its results in the folder. The same command goes on with the steps that
aren't done; `--step` selects some. `--tiny` and `--data_dir` try all of it on a CPU, in
minutes, on a prepared `clip_folder`; its figures mean nothing.
"""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from absl import flags

from benchmarks.accelerator_steps import DETERMINISM, RUNS, Step, steps
from stc_jax import files
from stc_jax.cli import command_line
from stc_jax.errors import InputError

_RESULTS = flags.DEFINE_string('results', 'runs/accelerator', 'A folder for results.')
_SECONDS = flags.DEFINE_integer('seconds', 540, 'Time for all.', lower_bound=1)
_STEPS = flags.DEFINE_list('step', [], 'Steps to run. Default: all.')
_TINY = flags.DEFINE_bool('tiny', False, 'Tries the steps with tiny sizes.')
_DATA_DIR = flags.DEFINE_string('data_dir', '', 'With --tiny: a prepared clip_folder.')
_SUMMARY = 'accelerator.json'
DONE = 'done'


def main() -> None:
  """Runs the steps, and writes what became of each.

  Raises:
    InputError: there is no such step, no prepared set for a trial, or a step failed.
  """
  if _TINY.value != bool(_DATA_DIR.value):
    raise InputError('--tiny, --data_dir: one needs the other; name both or neither')
  folder = pathlib.Path(_RESULTS.value)
  planned = {step.name: step for step in steps(folder, _DATA_DIR.value)}
  if unknown := set(_STEPS.value) - planned.keys():
    raise InputError(f'--step={unknown.pop()}: unknown; known: {", ".join(planned)}')
  chosen = [planned[name] for name in _STEPS.value or planned]
  states = run(chosen, folder, _SECONDS.value)
  failed = [
    name for name, state in states.items() if state['state'].startswith('failed')
  ]
  if failed:
    raise InputError(f'{folder / failed[0]}.log: its step failed, and says why')


def run(chosen: Sequence[Step], folder: pathlib.Path, seconds: float) -> dict:
  """Runs steps one by one until the time is over; writes `accelerator.json`.

  A step that is done isn't run again. One that fails doesn't stop the next.
  """
  folder.mkdir(parents=True, exist_ok=True)
  end, summary = time.monotonic() + seconds, folder / _SUMMARY
  states = json.loads(summary.read_text('utf-8')) if summary.exists() else {}
  for step in chosen:
    if states.get(step.name, {}).get('state') == DONE:
      continue
    began = time.monotonic()
    state = _state(step, folder, min(step.seconds, end - began))
    states[step.name] = {'state': state, 'seconds': time.monotonic() - began}
    if step.name == DETERMINISM and state == DONE:
      states[step.name] |= same_bytes(folder)
    print(f'{step.name}: {state}, {states[step.name]["seconds"]:.0f} s', flush=True)
    files.write(summary, files.as_json(states))
  return states


def _state(step: Step, folder: pathlib.Path, seconds: float) -> str:
  """Runs the commands of a step within so many seconds; returns what became of it."""
  end = time.monotonic() + seconds
  with (folder / f'{step.name}.log').open('w', encoding='utf-8') as log:
    for command in step.commands:
      if (left := end - time.monotonic()) <= 0:
        return 'no time left'
      code = _call((sys.executable, '-m', *command), log, left, step.environment)
      if code is None:
        return 'cut off'
      if code:
        return f'failed with code {code}'
  return DONE


def _call(
  command: Sequence[str], log, seconds: float, environment: Mapping[str, str]
) -> int | None:
  """Runs a command and its own processes; None: it was ended after so many seconds."""
  process = subprocess.Popen(
    command,
    stdout=log,
    stderr=subprocess.STDOUT,
    env=os.environ | dict(environment),
    start_new_session=True,
  )
  try:
    return process.wait(seconds)
  except subprocess.TimeoutExpired:
    return None
  finally:
    if process.poll() is None:
      os.killpg(process.pid, signal.SIGKILL)
      process.wait()


def same_bytes(folder: pathlib.Path) -> dict:
  """Whether two deterministic runs left the same bytes, and what that cost.

  `cost` is their training time over that of a run without `--deterministic`.
  """
  first, second, free = (folder / name for name in RUNS)
  seconds = [
    json.loads((run / 'timings.json').read_text('utf-8'))['training_seconds']
    for run in (first, free)
  ]
  return {
    'same_bytes': _digests(first) == _digests(second),
    'cost': seconds[0] / seconds[1],
  }


def _digests(run: pathlib.Path) -> dict[str, str]:
  """Of a run's weights and answers."""
  paths = [*run.glob('models/*/weights.safetensors'), run / 'predictions.csv']
  return {
    str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest()
    for path in paths
  }


if __name__ == '__main__':
  command_line.run(main)
