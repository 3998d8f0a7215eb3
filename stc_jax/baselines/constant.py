"""Baselines that give the same answer for every example."""

import numpy as np
from jaxtyping import Int

from stc_jax.data.protocols import Trial


def chance_accuracy(labels: Int[np.ndarray, 'n'], trial: Trial) -> float:
  """Accuracy of always predicting the most frequent training class."""
  guess = np.bincount(labels[trial.train]).argmax()
  return float((labels[trial.test] == guess).mean())
