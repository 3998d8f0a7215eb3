"""Evaluates models on their trials' test examples."""

from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.data.protocols import Trial
from stc_jax.data.trial_arrays import sample_of
from stc_jax.tasks.trials import Predictions
from stc_jax.training.placement import Placement
from stc_jax.training.programs import Programs


def evaluate(
  programs: Programs,
  placement: Placement,
  numbers: Int[np.ndarray, 'w'],
  trials: Sequence[Trial],
  variables: dict,
) -> list[Predictions]:
  """Returns the predictions of a wave's models.

  Args:
    programs: the run's.
    placement: the source of their data.
    numbers: of the trials that run together.
    trials: these trials.
    variables: of their models, on the devices.
  """
  parts = [
    jax.device_get(programs.predict(given.data, given.arrays, variables))
    for given in placement.asked(programs, numbers)
  ]
  padded = placement.tested
  whole = np.concatenate(parts, axis=1)[:, : padded + placement.sampled]
  return [_split(trial, row, padded) for trial, row in zip(trials, whole, strict=True)]


def _split(trial: Trial, found: Float[np.ndarray, 'm n'], padded: int) -> Predictions:
  """Removes the padding of the test examples and of the sample."""
  probabilities, rest = found[: len(trial.test)], found[padded:]
  if not len(rest):
    return Predictions(probabilities, None, None)
  sample = sample_of(trial, len(rest))
  return Predictions(probabilities, sample, rest[: len(sample)])
