"""The peer: the same network in PyTorch (benchmarks/torch_speed.py)."""

import dataclasses
import json
import pathlib
import subprocess
import sys
from collections.abc import Callable

from stc_jax.errors import InputError
from stc_jax.runs.config import Experiment
from stc_jax.speed import random_clips
from stc_jax.tasks.registry import task_of

_PROGRAM = pathlib.Path('benchmarks/torch_speed.py')
# The model and the values that benchmarks/torch_twin.py implements.
_MODEL = 'stc_nlstm'
_VALUES = {
  'activation': ('relu',),
  'activation_place': ('after_norm',),
  'lstm_readout': ('last', 'last_padded'),  # equal if no clip is short
}


def measure(experiment: Experiment, repeats: int, say: Callable[[str], None]) -> dict:
  """Measures the PyTorch twin in a process of its own; returns its seconds.

  Raises:
    InputError: PyTorch or the peer's program is missing, or it has no such network.
  """
  _check(experiment)
  say('measuring PyTorch ...')
  done = subprocess.run(
    [sys.executable, '-m', 'benchmarks.torch_speed'],
    input=json.dumps(_specification(experiment, repeats)),
    capture_output=True,
    text=True,
    check=False,
  )
  if done.returncode:
    reason = (done.stderr.strip().splitlines() or ['no reason given'])[-1]
    raise InputError(f"--peer=torch: {reason}; pip install -e '.[peer]' installs it")
  return json.loads(done.stdout.splitlines()[-1])


def _check(experiment: Experiment) -> None:
  """Refuses a network that the twin doesn't implement."""
  if experiment.model != _MODEL:
    raise InputError(f'--peer=torch: the twin is a {_MODEL}; set --config.model')
  if task_of(experiment.task).activation != 'softmax':
    raise InputError(
      '--peer=torch: the twin classifies clips; take another launch file'
    )
  for field, values in _VALUES.items():
    if getattr(experiment.network, field) not in values:
      raise InputError(
        f'--peer=torch: the twin has {experiment.model}.{field}={values[0]!r}'
      )
  if not _PROGRAM.exists():
    raise InputError(f'{_PROGRAM}: missing; start from the repository')


def _specification(experiment: Experiment, repeats: int) -> dict:
  """What the peer reads on its standard input."""
  return {
    'network': dataclasses.asdict(experiment.network),
    'input': dataclasses.asdict(experiment.input),
    'augment': experiment.training.augment,
    'batch_size': experiment.training.batch_size,
    'classes': random_clips.CLASSES,
    'clips': max(random_clips.CLIPS, experiment.training.batch_size),
    'repeats': repeats,
  }
