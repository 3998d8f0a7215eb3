"""What this machine lets this process have."""

import os
import pathlib


def cores() -> int:
  """How many cores this process may use; `taskset` and containers may leave it few."""
  if hasattr(os, 'sched_getaffinity'):
    return len(os.sched_getaffinity(0))
  return os.cpu_count() or 1


def free_memory() -> int:
  """Bytes that this process may still take: of the machine, and of its container."""
  free = os.sysconf('SC_AVPHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
  meminfo = _text('/proc/meminfo').splitlines()
  for line in meminfo:
    if line.startswith('MemAvailable:'):  # and what the system would give back
      free = int(line.split()[1]) * 1024
  for group in ('/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'):
    if not _text(group).strip().isdigit():
      return free
  limit, used = (int(_text(f'/sys/fs/cgroup/memory.{n}')) for n in ('max', 'current'))
  return min(free, max(limit - used, 0))


def _text(path: str) -> str:
  """A file of the system's; '' where it has none."""
  try:
    return pathlib.Path(path).read_text(encoding='utf-8')
  except OSError:
    return ''
