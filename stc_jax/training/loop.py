"""Runs the pending trials wave by wave, from wherever an earlier start left them."""

import pathlib
import time
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.data.resident import Resident, TrialIndices
from stc_jax.progress import TrainingProgress
from stc_jax.training.checkpoint import WaveCheckpoints
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.state import TrainState
from stc_jax.training.trials import Programs, waves


class Finished(NamedTuple):
  """A trial after its last step.

  Attributes:
    number: its row in the run's trials.
    variables: params and batch_stats, host arrays.
    losses, accuracies: of its training batches, step by step.
    probabilities: of its test clips, in their order.
  """

  number: int
  variables: dict
  losses: Float[np.ndarray, 'steps']
  accuracies: Float[np.ndarray, 'steps']
  probabilities: Float[np.ndarray, 'm n']


class Run:
  """The pending trials of a run.

  Attributes:
    train_seconds, train_steps: time in the training loop, and steps of single trials
      made in it; compilation is apart.
  """

  def __init__(
    self,
    programs: Programs,
    config: TrainingConfig,
    data: Resident,
    trials: TrialIndices,
    names: Sequence[str],
    workdir: pathlib.Path,
    progress: TrainingProgress,
  ):
    self._programs, self._config = programs, config
    self._data = programs.put_shared(data)
    self._trials, self._names = trials, names
    self._workdir, self._progress = workdir, progress
    self.train_seconds, self.train_steps = 0.0, 0

  @property
  def sequences_per_second(self) -> float | None:
    """Clips trained on a second; None before the first step."""
    clips = self.train_steps * self._config.batch_size
    return clips / self.train_seconds if clips else None

  def finish(
    self, pending: np.ndarray, wave_size: int
  ) -> Generator[Finished, None, None]:
    """Trains the trials of `pending`, and yields each once it is tested.

    A wave's checkpoints are removed when the caller comes back for the next, so that
    what it wrote of the trials is never the only thing missing.
    """
    done = len(self._names) - len(pending)
    for wave in waves(pending, wave_size):
      name = f'{self._names[wave[0]]}_of_{wave_size}'
      seconds = self._config.checkpoint_seconds
      rows = np.unique(wave, return_index=True)
      with WaveCheckpoints(self._workdir, name, seconds) as checkpoints:
        trials = self._programs.put_trials(take(self._trials, wave))
        states = self._train(trials, checkpoints, done, len(rows[0]))
        yield from self._test(trials, states, *rows)
      checkpoints.discard()
      done += len(rows[0])

  def _train(
    self, trials: TrialIndices, checkpoints: WaveCheckpoints, done: int, running: int
  ) -> TrainState:
    """Brings one wave to its last step; reads a chunk's losses while the next runs."""
    states = self._programs.init(self._data, trials)
    restored = checkpoints.restore(states)
    states = states if restored is None else restored
    step, before = int(jax.device_get(states.step).max()), None
    began = time.monotonic()
    while step < self._config.steps:
      with jax.transfer_guard('disallow'):
        states, losses = self._programs.train_chunk(self._data, trials, states)
      ran = min(self._config.steps_per_chunk, self._config.steps - step)
      step, self.train_steps = step + ran, self.train_steps + ran * running
      if before is not None:
        self._progress.update(done, running, *before)
      checkpoints.save(step, states)
      before = (step, ran, losses)
    if before is not None:
      self._progress.update(done, running, *before)
    jax.block_until_ready(states)
    self.train_seconds += time.monotonic() - began
    return states

  def _test(
    self,
    trials: TrialIndices,
    states: TrainState,
    numbers: Int[np.ndarray, 'k'],
    rows: Int[np.ndarray, 'k'],
  ) -> Iterator[Finished]:
    probabilities = self._programs.predict(self._data, trials, states.variables)
    host = jax.device_get((states, probabilities, trials.test_count))
    for number, row in zip(numbers, rows, strict=True):
      state, scores, count = take(host, row)
      yield Finished(
        int(number), state.variables, state.losses, state.accuracies, scores[:count]
      )


def take(tree, rows):
  """Rows of every array's leading trial axis."""
  return jax.tree.map(lambda leaf: leaf[rows], tree)
