"""Times calls: warm, synchronised, repeated, in alternation with others."""

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

# The shortest duration of a repeat, so that clock and dispatch are negligible.
_REPEAT_SECONDS = 0.3

# Makes so many calls in a row; returns the seconds of one.
TimedCalls = Callable[[int], float]


class Timing(NamedTuple):
  """Seconds of one call: median, fastest and slowest of the repeats."""

  median: float
  fastest: float
  slowest: float

  @classmethod
  def of(cls, seconds: list[float]) -> 'Timing':
    """The timing of repeats."""
    return cls(statistics.median(seconds), min(seconds), max(seconds))

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


@dataclasses.dataclass(frozen=True)
class ReadyPart:
  """A compiled part of the program, on its data.

  Attributes:
    call: runs it once and waits for its results.
    passes: that a call makes, such as training steps.
    items: clips of one pass.
    compile_seconds, memory_bytes: as in `PartSpeed`.
  """

  call: Callable[[], None]
  passes: int
  items: int
  compile_seconds: float
  memory_bytes: int

  def measured(self, repeats: int) -> PartSpeed:
    """Its speed, alone."""
    return self.speed(measure(self.call, repeats))

  def speed(self, of_call: Timing) -> PartSpeed:
    """Its speed, from the timing of a call."""
    of_pass = Timing(*(seconds / self.passes for seconds in of_call))
    sizes = self.compile_seconds, self.memory_bytes
    return PartSpeed(of_pass, self.items, 'clips', *sizes)


def measure(call: Callable[[], None], repeats: int) -> Timing:
  """Times `call`, which has to wait for its results."""
  timed = of_call(call)
  return Timing.of(alternate({'': timed}, {'': calls_of(timed)}, repeats)[''])


def of_call(call: Callable[[], None]) -> TimedCalls:
  """Times a call of this process."""

  def timed(calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
      call()
    return (time.perf_counter() - began) / calls

  return timed


def calls_of(timed: TimedCalls) -> int:
  """The calls that make a repeat long enough; the first call is warm-up."""
  timed(1)
  return max(1, round(_REPEAT_SECONDS / timed(1)))


def alternate(
  sides: Mapping[str, TimedCalls], calls: Mapping[str, int], repeats: int
) -> dict[str, list[float]]:
  """Times warm sides in turn (A B A B ...), so that other load affects them alike.

  Args:
    sides: by name, in their order.
    calls: of each side, in a turn.
    repeats: turns of each side.

  Returns:
    the seconds of a call in each turn, by side.
  """
  found = {name: [] for name in sides}
  for _ in range(repeats):
    for name, timed in sides.items():
      found[name].append(timed(calls[name]))
  return found
