"""Evaluates models on their trials' test examples."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.data.protocols import Trial
from stc_jax.data.trial_arrays import sample_of
from stc_jax.tasks.trials import Predictions
from stc_jax.training.placement import Placement
from stc_jax.training.programs import Programs
from stc_jax.training.state import TrainState
from stc_jax.training.waves import Wave, take


class FinishedTrial(NamedTuple):
  """A trial after its last step.

  Attributes:
    number: its row in the run's trials.
    variables: params and batch_stats, host arrays.
    curves: the sum of each metric over the training batch, step by step.
    predictions: of its test examples.
  """

  number: int
  variables: dict
  curves: dict[str, Float[np.ndarray, 'steps']]
  predictions: Predictions


def finished_trials(
  programs: Programs,
  placement: Placement,
  trials: Sequence[Trial],
  wave: Wave,
  states: TrainState,
) -> Iterator[FinishedTrial]:
  """Tests the trials of a wave that are at their last step, and yields them.

  Args:
    programs: the run's.
    placement: the source of their data.
    trials: all of the run.
    wave: those that ran together.
    states: theirs, on the devices.
  """
  numbers = zip(np.unique(wave.numbers).tolist(), wave.rows.tolist(), strict=True)
  ended = {n: row for n, row in numbers if n not in wave.unfinished}
  if not ended:
    return
  together = [trials[number] for number in wave.numbers]
  predictions = evaluate(programs, placement, wave.numbers, together, states.variables)
  host = jax.device_get(states)
  for number, row in ended.items():
    if trials[number].name not in wave.diverged:
      state = take(host, row)
      yield FinishedTrial(number, state.variables, state.curves, predictions[row])


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
