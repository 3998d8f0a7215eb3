"""Times calls: warm, synchronised, repeated."""

import dataclasses
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

# The shortest duration of a repeat, so that clock and dispatch are negligible.
_REPEAT_SECONDS = 0.3


class Timing(NamedTuple):
  """Seconds of one call: median, fastest and slowest of the repeats."""

  median: float
  fastest: float
  slowest: float

  def rates(self, items: float) -> dict[str, float]:
    """Items a second, from the items of a call."""
    return {
      'median': items / self.median,
      'min': items / self.slowest,
      'max': items / self.fastest,
    }


@dataclasses.dataclass(frozen=True)
class PartSpeed:
  """The measured speed of one part of the program.

  Attributes:
    timing: of one call.
    items: in one call, of `unit`.
    compile_seconds: spent before the first call.
    memory_bytes: of the compiled program: arguments, results and temporaries.
  """

  timing: Timing
  items: int
  unit: str
  compile_seconds: float = 0.0
  memory_bytes: int = 0


def measure(call: Callable[[], None], repeats: int) -> Timing:
  """Times `call`, which has to wait for its results.

  The first call is warm-up and isn't timed. Short calls are repeated within a repeat.
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
