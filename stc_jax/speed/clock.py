"""Times calls: warm, synchronised, repeated."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

# A repeat lasts about so long at least, against the clock's and the dispatch's share.
_REPEAT_SECONDS = 0.3


class Timing(NamedTuple):
  """Seconds of one call: median, fastest and slowest of the repeats."""

  median: float
  fastest: float
  slowest: float

  def rates(self, items: float) -> dict[str, float]:
    """Items a second, for so many in a call."""
    return {
      'median': items / self.median,
      'min': items / self.slowest,
      'max': items / self.fastest,
    }


def measure(call: Callable[[], None], repeats: int) -> Timing:
  """Times `call`, which returns once its work is done.

  The first call is warm-up and isn't counted; short calls are made several times a
  repeat.
  """
  call()
  began = time.perf_counter()
  call()
  calls = max(1, round(_REPEAT_SECONDS / (time.perf_counter() - began)))
  seconds = []
  for _ in range(repeats):
    began = time.perf_counter()
    for _ in range(calls):
      call()
    seconds.append((time.perf_counter() - began) / calls)
  return Timing(statistics.median(seconds), min(seconds), max(seconds))
