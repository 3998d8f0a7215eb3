"""Runs the pending trials wave by wave, from wherever an earlier start left them."""

import pathlib
import time
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from stc_jax.console.progress import TrainingProgress
from stc_jax.data.protocols import Trial
from stc_jax.data.resident import Resident, TrialArrays
from stc_jax.errors import InputError
from stc_jax.training import checkpoint
from stc_jax.training.checkpoint import WaveCheckpoints
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.programs import Programs
from stc_jax.training.state import TrainState
from stc_jax.training.step import Progress


class Finished(NamedTuple):
  """A trial after its last step.

  Attributes:
    number: its row in the run's trials.
    variables: params and batch_stats, host arrays.
    curves: of its training batches, step by step: each metric's sum.
    probabilities: of its test clips, in their order.
  """

  number: int
  variables: dict
  curves: dict[str, Float[np.ndarray, 'steps']]
  probabilities: Float[np.ndarray, 'm n']


class Loop:
  """Trains the pending trials of a run.

  Args:
    programs: the run's.
    config: section `training` of the launch file.
    data: the set's arrays.
    trials, arrays: all trials of the protocol, in two forms.
    workdir: the run's folder.
    seconds: at least so long between two checkpoints of a wave.
    progress: shows where the run is.

  Attributes:
    train_seconds, train_steps: time in the training loop, and steps of single trials
      made in it; compilation is apart.
  """

  def __init__(
    self,
    programs: Programs,
    config: TrainingConfig,
    data: Resident,
    trials: Sequence[Trial],
    arrays: TrialArrays,
    workdir: pathlib.Path,
    seconds: float,
    progress: TrainingProgress,
  ):
    self._programs, self._config = programs, config
    self._data = programs.put_shared(data)
    self._trials, self._arrays = trials, arrays
    self._workdir, self._seconds, self._progress = workdir, seconds, progress
    self.train_seconds, self.train_steps = 0.0, 0

  @property
  def sequences_per_second(self) -> float | None:
    """Clips trained on a second; None before the first step."""
    clips = self.train_steps * self._config.batch_size
    return clips / self.train_seconds if clips else None

  def finish(
    self, pending: Int[np.ndarray, 'k'], wave_size: int, done: int
  ) -> Generator[Finished, None, None]:
    """Trains the trials of `pending`, and yields each once it is tested.

    A trial's checkpoint is removed when the caller comes back for the next, so that
    what it wrote of the trial is never the only thing missing.

    Raises:
      InputError: a loss isn't finite, or a checkpoint can't be read.
    """
    for wave in waves(pending, wave_size):
      numbers, rows = np.unique(wave, return_index=True)
      arrays = self._programs.put_trials(take(self._arrays, wave))
      trials = [self._trials[number] for number in numbers]
      with WaveCheckpoints(self._workdir, trials, self._seconds) as checkpoints:
        states = self._first_states(arrays, wave, numbers, checkpoints)
        states = self._train(arrays, states, rows, trials, checkpoints, done)
      for finished in self._test(arrays, states, numbers, rows):
        yield finished
        checkpoint.discard(self._workdir, self._trials[finished.number])
      done += len(numbers)

  def _first_states(
    self,
    arrays: TrialArrays,
    wave: Int[np.ndarray, 'w'],
    numbers: Int[np.ndarray, 'k'],
    checkpoints: WaveCheckpoints,
  ) -> TrainState:
    """Fresh states, but for those trials that an earlier start left half-way."""
    states = self._programs.init(self._data, arrays)
    restored = checkpoints.restore(self._programs.one_state())
    found = {n: s for n, s in zip(numbers, restored, strict=True) if s is not None}
    if not found:
      return states
    fresh = jax.device_get(states)
    rows = [found.get(number, take(fresh, row)) for row, number in enumerate(wave)]
    return self._programs.put_trials(jax.tree.map(lambda *r: np.stack(r), *rows))

  def _train(
    self,
    arrays: TrialArrays,
    states: TrainState,
    rows: Int[np.ndarray, 'k'],
    trials: list[Trial],
    checkpoints: WaveCheckpoints,
    done: int,
  ) -> TrainState:
    """Brings one wave to its last step; looks at a chunk while the next runs."""
    steps, before = self._config.steps, None
    at = jax.device_get(states.step)[rows]
    began = time.monotonic()
    while at.min() < steps:
      with jax.transfer_guard('disallow'):
        states, progress = self._programs.train_chunk(self._data, arrays, states)
      after = np.minimum(at + self._programs.chunk, steps)
      if before is not None:
        self._look(*before, rows, trials, done)
      ran = int((after - at).sum())
      before, at = (progress, after, ran), after
      self.train_steps += ran
      if checkpoints.is_time():
        self._look(*before, rows, trials, done)
        before = None
        host = jax.device_get(states)
        checkpoints.save([take(host, row) for row in rows])
    if before is not None:
      self._look(*before, rows, trials, done)
    jax.block_until_ready(states)
    self.train_seconds += time.monotonic() - began
    return states

  def _look(
    self,
    progress: Progress,
    at: Int[np.ndarray, 'k'],
    ran: int,
    rows: Int[np.ndarray, 'k'],
    trials: list[Trial],
    done: int,
  ) -> None:
    """Waits for a chunk's end, shows where it is, and stops where it leads nowhere."""
    losses, diverged = (leaf[rows] for leaf in jax.device_get(progress))
    for trial, step in zip(trials, diverged, strict=True):
      if step:
        raise InputError(
          f'trial {trial.name}: the loss is not finite at step {step}; lower the rates '
          'of training.stages or set training.gradient_clip, in another --workdir '
          '(finished trials are kept)'
        )
    self._progress.update(done, at, ran, float(losses.mean()))

  def _test(
    self,
    arrays: TrialArrays,
    states: TrainState,
    numbers: Int[np.ndarray, 'k'],
    rows: Int[np.ndarray, 'k'],
  ) -> Iterator[Finished]:
    probabilities = self._programs.predict(self._data, arrays, states.variables)
    host = jax.device_get((states, probabilities))
    for number, row in zip(numbers, rows, strict=True):
      state, scores = take(host, row)
      count = len(self._trials[number].test)
      yield Finished(int(number), state.variables, state.curves, scores[:count])


def take(tree, rows):
  """Rows of every array's leading trial axis."""
  return jax.tree.map(lambda leaf: leaf[rows], tree)


def waves(pending: Int[np.ndarray, 'k'], size: int) -> list[Int[np.ndarray, '{size}']]:
  """Cuts trial numbers into waves of `size`; the last repeats its first to be full."""
  cut = [pending[i : i + size] for i in range(0, len(pending), size)]
  return [np.concatenate([w, np.repeat(w[:1], size - len(w))]) for w in cut]
