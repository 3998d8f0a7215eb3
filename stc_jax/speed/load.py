"""What else the machine does while speed is measured, as Linux counts it."""

import os
import pathlib
import time
from typing import NamedTuple

_PROC = pathlib.Path('/proc')
_TICK = os.sysconf('SC_CLK_TCK')  # of a second
_NAMED = 3  # processes
# Share of this process's cores; an idle system's own services stay below.
_IDLE = 0.05
_LOOK_SECONDS = 1.0


class Usage(NamedTuple):
  """Core seconds since the machine started.

  Attributes:
    moment: of the reading, in seconds.
    busy: of everything that runs on it.
    stolen: which the host of a virtual machine gave to others.
    processes: by number.
  """

  moment: float
  busy: float
  stolen: float
  processes: dict[int, 'ProcessUsage']


class ProcessUsage(NamedTuple):
  """A process.

  Attributes:
    name: of its program.
    parent: the number of the process that started it.
    own: core seconds.
    ended: core seconds of its children that have ended, such as compilers.
  """

  name: str
  parent: int
  own: float
  ended: float


def read(proc: pathlib.Path = _PROC) -> Usage | None:
  """Reads the counters; None where the system has no such files."""
  try:
    ticks = [
      int(n) for n in (proc / 'stat').read_text('utf-8').split('\n')[0].split()[1:]
    ]
  except (OSError, ValueError):
    return None
  user, nice, system, _, _, irq, softirq, stolen = ticks[:8]
  processes = {}
  for path in proc.glob('[0-9]*/stat'):
    try:
      text = path.read_text('utf-8', errors='replace')
    except OSError:  # it ended
      continue
    name = text[text.index('(') + 1 : text.rindex(')')]
    fields = text[text.rindex(')') + 2 :].split()
    own, own_kernel, ended, ended_kernel = (int(n) / _TICK for n in fields[11:15])
    processes[int(path.parent.name)] = ProcessUsage(
      name, int(fields[1]), own + own_kernel, ended + ended_kernel
    )
  busy = (user + nice + system + irq + softirq) / _TICK
  return Usage(time.perf_counter(), busy, stolen / _TICK, processes)


def between(before: Usage, after: Usage, own: int) -> dict:
  """The cores that others kept busy between two readings.

  Args:
    before: the first reading.
    after: the second.
    own: the number of a process; its descendants aren't others.

  Returns:
    `others` and `stolen`, in cores; `busiest`, the cores of the busiest others by name.
  """
  new = ProcessUsage('', 0, 0.0, 0.0)
  pairs = {n: (before.processes.get(n, new), p) for n, p in after.processes.items()}
  spent = {n: now.own - then.own for n, (then, now) in pairs.items()}
  ours = {n for n in spent if own in _ancestors(n, after.processes)}
  duration = max(after.moment - before.moment, 1 / _TICK)
  ended = sum(pairs[n][1].ended - pairs[n][0].ended for n in ours)
  others = after.busy - before.busy - sum(spent[n] for n in ours) - ended
  busiest = sorted(spent.keys() - ours, key=lambda n: -spent[n])[:_NAMED]
  return {
    'others': max(0.0, others) / duration,
    'stolen': (after.stolen - before.stolen) / duration,
    'busiest': [
      [after.processes[n].name, spent[n] / duration]
      for n in busiest
      if spent[n] > _IDLE * duration
    ],
  }


def _ancestors(number: int, processes: dict[int, ProcessUsage]) -> set[int]:
  """A process and those that it descends from."""
  found = set()
  while number in processes and number not in found:
    found.add(number)
    number = processes[number].parent
  return found


class Watch:
  """Watches the load of the machine, from before the measurements to their end."""

  def __init__(self):
    """Looks for a second, in which this process does nothing."""
    self._average = os.getloadavg()
    first = read()
    time.sleep(_LOOK_SECONDS)
    self._start = read()
    self._before = between(first, self._start, os.getpid()) if first else None

  def found(self) -> dict:
    """The load before and since then.

    Each of `before` and `during` has the system's `average` over one, five and fifteen
    minutes and, on Linux, what `between` returns.
    """
    now = read()
    during = between(self._start, now, os.getpid()) if self._start else None
    return {
      'before': {'average': list(self._average)} | (self._before or {}),
      'during': {'average': list(os.getloadavg())} | (during or {}),
    }


def warning(load: dict, cores: int) -> str:
  """One line if the machine wasn't idle, else ''.

  `load` is what a watch found on so many cores. Where processes aren't counted, its
  average before the measurements, which hasn't forgotten the last minute, has to do.
  """
  parts = []
  for when in ('before', 'during'):
    state = load[when]
    others = state.get('others', state['average'][0] if when == 'before' else 0.0)
    if max(others, state.get('stolen', 0.0)) <= _IDLE * cores:
      continue
    names = ', '.join(f'{name} {used:.1f}' for name, used in state.get('busiest', ()))
    stolen = state.get('stolen', 0.0)
    parts.append(
      f'{when}, others used {others:.1f} of {cores} cores'
      + (f' ({names})' if names else '')
      + (f' and the host took {stolen:.1f}' if stolen > _IDLE * cores else '')
    )
  if not parts:
    return ''
  return (
    f'warning: the machine was not idle: {"; ".join(parts)}; repeat this when it is'
  )
