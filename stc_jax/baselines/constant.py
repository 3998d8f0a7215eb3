"""Baselines that give the same answer for every example."""

import numpy as np
from jaxtyping import Bool, Int

from stc_jax.data.protocols import Trial


def chance_right(labels: Int[np.ndarray, 'n'], trial: Trial) -> Bool[np.ndarray, 'm']:
  """Which test clips are of the most frequent training class."""
  guess = np.bincount(labels[trial.train]).argmax()
  return labels[trial.test] == guess


def chance_accuracy(labels: Int[np.ndarray, 'n'], trial: Trial) -> float:
  """Accuracy of always predicting the most frequent training class."""
  return float(chance_right(labels, trial).mean())
