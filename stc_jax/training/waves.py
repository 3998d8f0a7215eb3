"""Waves: trials that run together, as many as fit on the devices."""

from collections.abc import Set

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
    diverged: the step at which a trial diverged, by name.
  """

  def __init__(self, numbers: Int[np.ndarray, 'w'], trials: list[Trial]):
    self.numbers, self.trials = numbers, trials
    self.rows = np.unique(numbers, return_index=True)[1]
    self.diverged: dict[str, int] = {}

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


def take(tree, rows):
  """Takes rows of every array's leading trial axis."""
  return jax.tree.map(lambda leaf: leaf[rows], tree)
