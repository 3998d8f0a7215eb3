"""Ours and a peer in alternation, compared pair by pair."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from stc_jax.speed.clock import (
  PartSpeed,
  ReadyPart,
  TimedCalls,
  Timing,
  alternate,
  calls_of,
  of_call,
)
from stc_jax.speed.peer import PeerError

_OURS = 'ours'


class Compared(NamedTuple):
  """A part of ours and of the peer.

  Attributes:
    speed: ours.
    peer: rates of each form and the ratios to it, ready for JSON.
  """

  speed: PartSpeed
  peer: dict


def compare(
  ready: ReadyPart,
  batch: int,
  forms: Sequence[str],
  peer_calls: Callable[[str], TimedCalls],
  repeats: int,
) -> Compared:
  """Measures a part in turns: ours, each form of the peer, ours, each form, ...

  Args:
    ready: our part.
    batch: clips of a pass of the peer.
    forms: of the peer.
    peer_calls: times passes of a form.
    repeats: turns of each.
  """
  sides, calls, errors = {_OURS: of_call(ready.call)}, {}, {}
  sides |= {form: peer_calls(form) for form in forms}
  for name, timed in list(sides.items()):
    try:
      calls[name] = calls_of(timed)
    except PeerError as error:
      errors[name] = str(error)
      del sides[name]
  seconds = alternate(sides, calls, repeats)
  ours = seconds.pop(_OURS)
  rates = [ready.items * ready.passes / each for each in ours]
  theirs = {form: [batch / each for each in found] for form, found in seconds.items()}
  return Compared(ready.speed(Timing.of(ours)), _ratios(rates, theirs, errors))


def _ratios(
  ours: list[float], theirs: Mapping[str, list[float]], errors: dict[str, str]
) -> dict:
  """Clips a second of each form, and ours over theirs in each turn."""
  pairs = {
    form: [a / b for a, b in zip(ours, rates, strict=True)]
    for form, rates in theirs.items()
  }
  medians = {form: statistics.median(rates) for form, rates in theirs.items()}
  best = max(medians, key=medians.get, default=None)
  return {
    'per_second': {form: _spread(rates) for form, rates in theirs.items()},
    'ratio': {
      form: _spread(ratios) | {'pairs': ratios} for form, ratios in pairs.items()
    },
    'best': best,
    'ratio_to_best': _spread(pairs[best]) if best else None,
    'errors': errors,
  }


def _spread(numbers: Sequence[float]) -> dict[str, float]:
  return {
    'median': statistics.median(numbers),
    'min': min(numbers),
    'max': max(numbers),
  }
