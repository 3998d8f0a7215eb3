"""Measures how a training step's time on a GPU is divided among its parts.

    python -m benchmarks.kernels --config=launch/ck_plus.py \
      --config.stc_nlstm.dtype=bfloat16 --config.training.batch_size=128

Traces a chunk of steps with JAX's profiler, finds each kernel in the compiled program,
and sums the time of the convolutions, the rest of each layer, the LSTMs, the optimiser,
and the input (with augmentation and transforms).
"""

import collections
import gzip
import json
import pathlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import jax
from absl import flags
from rich.table import Table

from stc_jax.cli import command_line, launch_file
from stc_jax.console import terminal
from stc_jax.errors import InputError
from stc_jax.runs.config import from_sections
from stc_jax.speed import workload

_TRACE = flags.DEFINE_string('trace', '', 'A folder in which the trace is kept.')
flags.adopt_module_key_flags(launch_file)

# The name of an operation in a compiled program, and its path in ours.
_OPERATION = re.compile(r'^\s+(?:ROOT )?%?([\w.\-]+) = .*?\bop_name="([^"]*)"')
_CONVOLUTION = re.compile(r'^\s+(?:ROOT )?%?([\w.\-]+) = .*custom_call_target="__cudnn')
# What the path is searched for, the first that is found counts.
_PARTS = ('input', 'optimizer', 'pyramid', 't_lstm', 'c_lstm', r'conv\d+')


class Kernel(NamedTuple):
  """One run of a kernel: its name, the name of its operation, microseconds."""

  name: str
  operation: str
  microseconds: float


def main() -> None:
  """Traces a chunk, and prints the table.

  Raises:
    InputError: there is no GPU.
  """
  if jax.default_backend() != 'gpu':
    raise InputError('benchmarks.kernels: finds no GPU; a CPU has no such kernels')
  settings = from_sections(launch_file.read().to_dict(), launch_file.set_fields())
  workload.require_trunk(settings)
  with tempfile.TemporaryDirectory() as folder:
    kept = pathlib.Path(_TRACE.value or folder)
    program, steps = workload.Workload(settings).traced(kept)
    (newest,) = sorted(kept.rglob('perfetto_trace.json.gz'))[-1:]
    kernels = list(read(json.loads(gzip.decompress(newest.read_bytes()))))
  print_table(microseconds(kernels, program), steps)


def read(trace: dict | list) -> Iterator[Kernel]:
  """The kernels of a trace in Chrome's format, as JAX writes it for Perfetto."""
  events = trace['traceEvents'] if isinstance(trace, dict) else trace
  named = [event for event in events if event.get('ph') == 'M']
  devices = {
    event['pid']
    for event in named
    if event['name'] == 'process_name' and 'GPU' in event['args']['name']
  }
  streams = {
    (event['pid'], event['tid'])
    for event in named
    if event['name'] == 'thread_name'
    and event['pid'] in devices
    and 'Stream' in event['args']['name']
  }
  for event in events:
    if event.get('ph') == 'X' and (event['pid'], event.get('tid')) in streams:
      operation = event.get('args', {}).get('hlo_op', '')
      yield Kernel(event['name'], operation, event['dur'])


def microseconds(kernels: Iterable[Kernel], program: str) -> dict[str, float]:
  """The time of kernels, by part of the compiled program."""
  places = parts_of(program)
  found = collections.Counter()
  for kernel in kernels:
    # A graph of many kernels is one operation; each has its own operation's name.
    own = re.sub(r'_(\d+)$', r'.\1', kernel.name)
    names = (kernel.operation, own, kernel.name)
    part = next((places[name] for name in names if name in places), 'other')
    found[part] += kernel.microseconds
  return dict(found.most_common())


def parts_of(program: str) -> dict[str, str]:
  """The part that each operation of a compiled program belongs to."""
  found = {}
  for line in program.splitlines():
    if match := _OPERATION.match(line):
      name, path = match.groups()
      found[name] = _part(path, bool(_CONVOLUTION.match(line)))
  return found


def _part(path: str, convolution: bool) -> str:
  matches = (re.search(rf'\b{part}', path) for part in _PARTS)
  match = next(filter(None, matches), None)
  if match is None:
    return 'other'
  if match[0] in ('input', 'optimizer'):
    return match[0]
  backward = ', backward' if 'transpose(' in path else ', forward'
  return match[0] + (': convolution' if convolution else '') + backward


def print_table(found: dict[str, float], steps: int) -> None:
  """Prints a row for each part."""
  total = sum(found.values())
  title = f'{total / steps:,.0f} microseconds a step'
  table = Table('part', title=title)
  for column in ('microseconds', 'share'):
    table.add_column(column, justify='right')
  for part, spent in found.items():
    table.add_row(part, f'{spent / steps:,.1f}', f'{spent / total:.1%}')
  terminal.console().print(table)


if __name__ == '__main__':
  command_line.run(main)
