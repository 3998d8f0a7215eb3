"""How a training step's time is divided among its parts, from JAX's trace.

A chunk of steps is traced, each kernel is found in the compiled program, and their time
is summed by the part of the model. On a CPU an operation counts as one kernel.
"""

import collections
import gzip
import json
import pathlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# The name of an operation in a compiled program, and its path in ours.
_OPERATION = re.compile(r'^\s+(?:ROOT )?%?([\w.\-]+) = .*?\bop_name="([^"]*)"')
# Operations that only hold others, which are traced, too.
_HOLDERS = re.compile(r'^(while|call|conditional|async|parallel)\b')
# The part, and what the path is searched for; the first that is found counts.
_PARTS = (
  ('input', r'\binput\b'),
  ('optimiser', r'\boptimizer\b'),
  ('pyramids', r'\bpyramid'),
  ('T-LSTMs', r'\bt_lstm'),
  ('C-LSTM', r'\bc_lstm'),
)
_CONVOLUTION = re.compile(r'\b(conv\d+)/convolution\b')
_LAYER = re.compile(r'\b(conv\d+)\b')
FORWARD, BACKWARD, REST = 'forward', 'backward', 'BN, activation, P2'


class Kernel(NamedTuple):
  """One run of a kernel: its name, the name of its operation, microseconds."""

  name: str
  operation: str
  microseconds: float


def newest(folder: pathlib.Path) -> list[Kernel]:
  """The kernels of the newest trace in a folder."""
  path = sorted(folder.rglob('perfetto_trace.json.gz'))[-1]
  return list(read(json.loads(gzip.decompress(path.read_bytes()))))


def read(trace: dict | list) -> Iterator[Kernel]:
  """The kernels of a trace in Chrome's format, as JAX writes it for Perfetto.

  Where a GPU worked, those of its streams; else the operations of a CPU.
  """
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
    if event.get('ph') != 'X':
      continue
    operation = event.get('args', {}).get('hlo_op', '')
    if (event['pid'], event.get('tid')) in streams:
      yield Kernel(event['name'], operation, event['dur'])
    elif not devices and operation == event['name'] and not _HOLDERS.match(operation):
      yield Kernel(operation, operation, event['dur'])


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
      found[match[1]] = _part(match[2])
  return found


def _part(path: str) -> str:
  """Such as 'conv2, forward'; the optimiser and the input have one direction."""
  name = next((part for part, pattern in _PARTS if re.search(pattern, path)), None)
  if name in ('input', 'optimiser'):
    return name
  if name is None and (match := _CONVOLUTION.search(path)):
    name = match[1]
  if name is None and (match := _LAYER.search(path)):
    name = f'{match[1]}: {REST}'
  if name is None:
    return 'other'
  return f'{name}, {BACKWARD if "transpose(" in path else FORWARD}'
