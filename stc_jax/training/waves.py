"""Waves: trials that run together, as many as fit on the devices."""

from collections.abc import Set
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Int

from stc_jax.data.protocols import Trial
from stc_jax.training.state import TrainState


class Wave:
  """Trials that run together.

  Attributes:
    numbers: of the run's trials, the first one repeated to fill the wave.
    trials: each once, in the order of their numbers.
    rows: the index of each in the wave.
    unfinished: the steps of the trials that need another turn, by number.
    diverged: the step at which a trial diverged, by name.
  """

  def __init__(self, numbers: Int[np.ndarray, 'w'], trials: list[Trial]):
    self.numbers, self.trials = numbers, trials
    self.rows = np.unique(numbers, return_index=True)[1]
    self.unfinished: dict[int, int] = {}
    self.diverged: dict[str, int] = {}

  def end_turn(self, at: Int[np.ndarray, 'k'], steps: int) -> None:
    """Notes which trials are unfinished, if each has done `at` of so many steps."""
    every = zip(np.unique(self.numbers).tolist(), at.tolist(), self.trials, strict=True)
    self.unfinished = {
      number: done
      for number, done, trial in every
      if done < steps and trial.name not in self.diverged
    }

  def sound(self, states: TrainState, unsound: Set[str]) -> dict[str, TrainState]:
    """Copies the states by trial, except those that diverged.

    On a CPU, host arrays share the device's memory, which the next chunk reuses.
    """
    named = {t.name: row for t, row in zip(self.trials, self.rows, strict=True)}
    sound = {name: row for name, row in named.items() if name not in unsound}
    return {name: jax.tree.map(np.array, take(states, r)) for name, r in sound.items()}


def waves(pending: Int[np.ndarray, 'k'], size: int) -> list[Int[np.ndarray, '{size}']]:
  """Splits trial numbers into waves of `size`; the last repeats its first number."""
  cut = [pending[i : i + size] for i in range(0, len(pending), size)]
  return [np.concatenate([w, np.repeat(w[:1], size - len(w))]) for w in cut]


class WaveTurn(NamedTuple):
  """Trials that run together, and for at most how many chunks of steps."""

  numbers: Int[np.ndarray, 'w']
  chunks: int


def turns(pending: Int[np.ndarray, 'k'], size: int, chunks: int) -> list[WaveTurn]:
  """Splits trials that take so many chunks into turns; while there are, `size` run.

  If the last wave would not be full, its trials and those of the wave before it take
  turns: each of these n trials is in `size` of n turns, and each turn has a part of the
  chunks. So no device idles. Three trials on two devices take one and a half times as
  long as two, not twice.
  """
  rest = len(pending) % size
  count = size + rest if rest and len(pending) > size else 0
  alone, shared = np.split(pending, [len(pending) - count])
  whole = [WaveTurn(numbers, chunks) for numbers in waves(alone, size)]
  part = -(-chunks // size)
  places = [np.arange(turn * size, (turn + 1) * size) % count for turn in range(count)]
  return whole + [WaveTurn(np.sort(shared[place]), part) for place in places]


def filled(numbers: Int[np.ndarray, 'w'], ended: Set[int]) -> Int[np.ndarray, 'w']:
  """A wave without the trials that have ended; the first other one takes their places.

  It is empty if all have.
  """
  left = np.array([n for n in numbers if n not in ended], numbers.dtype)
  return np.concatenate([left, np.repeat(left[:1], len(numbers) - len(left))])


def take(tree, rows):
  """Takes rows of every array's leading trial axis."""
  return jax.tree.map(lambda leaf: leaf[rows], tree)
