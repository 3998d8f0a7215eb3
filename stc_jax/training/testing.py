"""What finished models say of their trials' test clips."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.data import device_data
from stc_jax.data.protocols import Trial
from stc_jax.training.placement import Placement
from stc_jax.training.programs import Programs


class Tested(NamedTuple):
  """What a trial's model says.

  Attributes:
    probabilities: of its test clips, in their order.
    sample: some of its training examples, where the task looks at them.
    sample_probabilities: of those.
  """

  probabilities: Float[np.ndarray, 'm n']
  sample: Int[np.ndarray, 'k'] | None
  sample_probabilities: Float[np.ndarray, 'k n'] | None


def test(
  programs: Programs,
  placement: Placement,
  numbers: Int[np.ndarray, 'w'],
  trials: Sequence[Trial],
  variables: dict,
) -> list[Tested]:
  """Asks the models of a wave.

  Args:
    programs: the run's.
    placement: what gives them their data.
    numbers: of the trials that run together.
    trials: the same.
    variables: of their models, on the devices.
  """
  said = [
    jax.device_get(programs.predict(given.data, given.arrays, variables))
    for given in placement.asked(programs, numbers)
  ]
  padded = placement.tested
  whole = np.concatenate(said, axis=1)[:, : padded + placement.sampled]
  return [_tested(trial, row, padded) for trial, row in zip(trials, whole, strict=True)]


def _tested(trial: Trial, said: Float[np.ndarray, 'm n'], padded: int) -> Tested:
  """Cuts what a model says: test clips, their padding, sample, its padding."""
  probabilities, rest = said[: len(trial.test)], said[padded:]
  if not len(rest):
    return Tested(probabilities, None, None)
  sample = device_data.sample_of(trial, len(rest))
  return Tested(probabilities, sample, rest[: len(sample)])
