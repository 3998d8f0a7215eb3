"""What finished models say of their trials' test clips."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.data import resident
from stc_jax.data.protocols import Trial
from stc_jax.data.resident import Resident, TrialArrays
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
  data: Resident,
  arrays: TrialArrays,
  variables: dict,
  trials: Sequence[Trial],
) -> list[Tested]:
  """Asks the models of a wave.

  Args:
    programs: the run's.
    data: the set's arrays, on the devices.
    arrays: the trials', on the devices.
    variables: of the models, on the devices.
    trials: in the order of the rows of `arrays`.
  """
  said = jax.device_get(programs.predict(data, arrays, variables))
  padded = arrays.test.shape[1]
  return [_tested(trial, row, padded) for trial, row in zip(trials, said, strict=True)]


def _tested(trial: Trial, said: Float[np.ndarray, 'm n'], padded: int) -> Tested:
  """Cuts what a model says: test clips, their padding, sample, its padding."""
  probabilities, rest = said[: len(trial.test)], said[padded:]
  if not len(rest):
    return Tested(probabilities, None, None)
  sample = resident.sample_of(trial, len(rest))
  return Tested(probabilities, sample, rest[: len(sample)])
