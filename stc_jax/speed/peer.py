"""The peer: the same network in PyTorch (benchmarks/torch_speed.py)."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from stc_jax.errors import InputError
from stc_jax.runs.config import Experiment
from stc_jax.speed import random_clips
from stc_jax.speed.clock import TimedCalls
from stc_jax.tasks.registry import task_of

_PROGRAM = pathlib.Path('benchmarks/torch_speed.py')
_COMMAND = (sys.executable, '-m', 'benchmarks.torch_speed')
# The model and the values that benchmarks/torch_twin.py implements.
_MODEL = 'stc_nlstm'
_VALUES = {
  'activation': ('relu',),
  'activation_place': ('after_norm',),
  'lstm_readout': ('last', 'last_padded'),  # equal if no clip is short
}


class PeerError(Exception):
  """The peer can't run one of its forms; the message is PyTorch's."""


class PeerProcess:
  """The PyTorch twin in a process of its own, which waits between requests.

  Two frameworks in one process would share its pools of threads.

  Args:
    spec: what the peer reads first; `specification` makes it.
    command: of the program.

  Attributes:
    properties: `version`, `threads`, `instructions`, `device` and `forms`.

  Raises:
    InputError: PyTorch is missing, or the process fails.
  """

  def __init__(self, spec: dict, command: tuple[str, ...] = _COMMAND):
    self._open = contextlib.ExitStack()
    folder = self._open.enter_context(tempfile.TemporaryDirectory())
    self._said = pathlib.Path(folder) / 'errors'
    errors = self._open.enter_context(self._said.open('w', encoding='utf-8'))
    self._process = subprocess.Popen(
      command,
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=errors,
      text=True,
    )
    self._waited = {'ours': [0.0, 0.0], 'peer': [0.0, 0.0]}
    try:
      self.properties = self._ask(spec)
    except InputError:
      self.__exit__()
      raise

  def __enter__(self) -> 'PeerProcess':
    """Itself."""
    return self

  def __exit__(self, *_) -> None:
    """Ends the process."""
    self._process.kill()
    self._process.communicate()
    self._open.close()

  def timed(self, part: str, form: str) -> TimedCalls:
    """Times passes of a part in one of the peer's forms."""

    def timed(calls: int) -> float:
      cpu, clock = time.process_time(), time.perf_counter()
      found = self._ask({'part': part, 'form': form, 'calls': calls})
      spent = time.process_time() - cpu, time.perf_counter() - clock
      for side, more in (('ours', spent), ('peer', found['idle'])):
        self._waited[side] = [
          a + b for a, b in zip(self._waited[side], more, strict=True)
        ]
      if 'error' in found:
        raise PeerError(found['error'])
      return found['seconds']

    return timed

  def idle_cores(self) -> dict[str, float]:
    """The cores that each side kept busy while it waited for the other."""
    return {side: cpu / clock for side, (cpu, clock) in self._waited.items() if clock}

  def _ask(self, request: dict) -> dict:
    try:
      print(json.dumps(request), file=self._process.stdin, flush=True)
      line = self._process.stdout.readline()
    except BrokenPipeError:  # it ended
      line = ''
    if line:
      return json.loads(line)
    self._process.wait()
    said = self._said.read_text('utf-8', errors='replace').strip().splitlines()
    reason = said[-1] if said else f'it ended with code {self._process.returncode}'
    raise InputError(f"--peer=torch: {reason}; pip install -e '.[peer]' installs it")


def check(experiment: Experiment) -> None:
  """Refuses a network that the twin doesn't implement.

  Raises:
    InputError: it is such a network, or the peer's program is missing.
  """
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


def specification(experiment: Experiment, passes: int) -> dict:
  """What the peer reads first; `passes` are the training steps of a call."""
  return {
    'network': dataclasses.asdict(experiment.network),
    'input': dataclasses.asdict(experiment.input),
    'augment': experiment.training.augment,
    'batch_size': experiment.training.batch_size,
    'classes': random_clips.CLASSES,
    'clips': max(random_clips.CLIPS, experiment.training.batch_size),
    'passes': passes,
  }
