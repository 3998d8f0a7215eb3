"""Figures of a training curve."""

import numpy as np
from jaxtyping import Float


def lowest_mean(curve: Float[np.ndarray, 'n'], window: int) -> float:
  """The lowest mean of `window` successive values, or of all if there are fewer."""
  window = min(window, len(curve))
  return float(np.convolve(curve, np.full(window, 1 / window), 'valid').min())
