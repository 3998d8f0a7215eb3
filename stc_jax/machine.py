"""What this machine lets this process have."""

import os


def cores() -> int:
  """How many cores this process may use; `taskset` and containers may leave it few."""
  if hasattr(os, 'sched_getaffinity'):
    return len(os.sched_getaffinity(0))
  return os.cpu_count() or 1
