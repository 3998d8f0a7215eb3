"""Trains the pending trials wave by wave, and resumes those that were interrupted."""

import itertools
import pathlib
import time
from collections.abc import (
  Callable,
  Collection,
  Generator,
  Iterator,
  Mapping,
  Sequence,
)

import jax
import numpy as np
from jaxtyping import Int

from stc_jax.console.progress import TrainingProgress
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.training import checkpoint, hosts
from stc_jax.training.checkpoint import WaveCheckpoints
from stc_jax.training.evaluate import FinishedTrial, finished_trials
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.placement import Placement
from stc_jax.training.programs import ProgramInputs, Programs
from stc_jax.training.state import TrainState, with_weights
from stc_jax.training.step import Progress
from stc_jax.training.waves import Wave, filled, take, turns


class Loop:
  """Trains the pending trials of a run.

  Args:
    programs: the run's.
    config: section `training` of the launch file.
    placement: the source of the programs' data.
    trials: all trials of the protocol.
    workdir: the run's folder.
    seconds: the shortest time between two checkpoints of a wave.
    progress: shows the progress of the run.
    on_save: called after each checkpoint.
    weights: of a finished model, by their path, that every trial starts from; those
      that are missing are drawn at random.

  Attributes:
    train_seconds: the time in the training loop, without compilation.
    train_steps: the number of steps in the loop, summed over trials.
  """

  def __init__(
    self,
    programs: Programs,
    config: TrainingConfig,
    placement: Placement,
    trials: Sequence[Trial],
    workdir: pathlib.Path,
    seconds: float,
    progress: TrainingProgress,
    on_save: Callable[[], None] = lambda: None,
    weights: Mapping[str, np.ndarray] | None = None,
  ):
    self._programs, self._config = programs, config
    self._placement, self._trials = placement, trials
    self._workdir, self._seconds, self._progress = workdir, seconds, progress
    self._on_save, self._weights = on_save, weights
    self.train_seconds, self.train_steps = 0.0, 0
    self._waiting: dict[int, int] = {}  # step of each trial that waits for its turn

  @property
  def trained_clips(self) -> int:
    """The number of clips shown so far, counted with repetitions."""
    return self.train_steps * self._config.batch_size

  def finish(
    self, pending: Int[np.ndarray, 'k'], wave_size: int, done: int
  ) -> Generator[FinishedTrial, None, None]:
    """Trains the trials of `pending`, and yields each once it is tested.

    A trial's checkpoint is removed when the caller asks for the next trial. By then the
    caller has written the trial's files, so a trial is never lost.

    Raises:
      InputError: trials diverged, after all others are finished; or a checkpoint can't
        be read.
    """
    diverged, ended = {}, set()
    chunks = -(-self._config.steps // self._programs.chunk)
    for turn in turns(pending, wave_size, chunks):
      numbers = filled(turn.numbers, ended)
      if not len(numbers):
        continue
      wave = Wave(numbers, [self._trials[number] for number in np.unique(numbers)])
      with WaveCheckpoints(self._workdir, wave.trials, self._seconds) as checkpoints:
        states = self._first_states(wave, checkpoints)
        states = self._train(states, wave, checkpoints, done, turn.chunks)
        if wave.unfinished and hosts.is_first():
          self._save(states, wave, checkpoints)
        self._waiting |= wave.unfinished
      for finished in finished_trials(
        self._programs, self._placement, self._trials, wave, states
      ):
        yield finished
        if hosts.is_first():
          checkpoint.discard(self._workdir, [self._trials[finished.number]])
        done += 1
      ended |= {*numbers.tolist()} - {*wave.unfinished}
      diverged |= wave.diverged
    if diverged:
      raise InputError(_what_diverged(diverged))

  def _first_states(self, wave: Wave, checkpoints: WaveCheckpoints) -> TrainState:
    """Initial states; for trials with a checkpoint, the saved states."""
    states = self._programs.init(self._placement.arrays(self._programs, wave.numbers))
    found = checkpoints.restore(self._programs.one_state())
    if not self._weights and not hosts.from_first(np.array(bool(found))):
      return states
    fresh = jax.device_get(states)
    if self._weights:
      fresh = with_weights(fresh, self._weights)
    names = [self._trials[number].name for number in wave.numbers]
    rows = [found.get(name, take(fresh, row)) for row, name in enumerate(names)]
    stacked = jax.tree.map(lambda *r: np.stack(r), *rows)
    return self._programs.put_trials(hosts.from_first(stacked))

  def _train(
    self,
    states: TrainState,
    wave: Wave,
    checkpoints: WaveCheckpoints,
    done: int,
    most: int,
  ) -> TrainState:
    """Trains a wave, for `most` chunks; reads a chunk's metrics while the next runs."""
    steps, chunk, before = self._config.steps, self._programs.chunk, None
    every = jax.device_get(states.step)
    at, chunks = every[wave.rows], itertools.islice(self._chunks(wave, every), most)
    for number in wave.numbers:
      self._waiting.pop(int(number), None)
    began = time.monotonic() - self.train_seconds
    for data, arrays, _ in chunks:
      if at.min() == steps or len(wave.diverged) == len(wave.trials):
        break
      with jax.transfer_guard('disallow'):
        states, progress = self._programs.train_chunk(data, arrays, states)
      after = np.minimum(at + chunk, steps)
      ran = int((after - at).sum())
      self.train_steps += ran
      if before is not None:
        self._look(*before, wave, done)
      before, at = (progress, after, ran), after
      self.train_seconds = time.monotonic() - began
      if checkpoints.is_time():
        # Only the first process gets here, so this check must not end the wave.
        unsound = self._diverged(progress, wave)
        self._save(states, wave, checkpoints, unsound)
    if before is not None:
      self._look(*before, wave, done)
    jax.block_until_ready(states)
    self.train_seconds = time.monotonic() - began
    wave.end_turn(at, steps)
    return states

  def _save(
    self,
    states: TrainState,
    wave: Wave,
    checkpoints: WaveCheckpoints,
    unsound: Collection[str] = (),
  ) -> None:
    """Starts to save the states of a wave, except those of `unsound` trials."""
    named = wave.sound(jax.device_get(states), {*wave.diverged, *unsound})
    checkpoints.save(named)
    self._on_save()

  def _look(
    self,
    progress: Progress,
    at: Int[np.ndarray, 'k'],
    ran: int,
    wave: Wave,
    done: int,
  ) -> None:
    """Waits for a chunk, shows the progress, and records which trials diverged."""
    for name, step in self._diverged(progress, wave).items():
      wave.diverged.setdefault(name, step)
    losses = jax.device_get(progress.loss)[wave.rows]
    every = np.array([*at, *self._waiting.values()])
    self._progress.update(done, every, ran, float(losses.mean()))

  def _diverged(self, progress: Progress, wave: Wave) -> dict[str, int]:
    """The trials that have diverged by the end of a chunk, with the step."""
    steps = jax.device_get(progress.diverged)[wave.rows]
    return {
      trial.name: int(step)
      for trial, step in zip(wave.trials, steps, strict=True)
      if step
    }

  def _chunks(self, wave: Wave, at: Int[np.ndarray, 'w']) -> Iterator[ProgramInputs]:
    return self._placement.chunks(self._programs, wave.numbers, at)


def _what_diverged(steps: dict[str, int]) -> str:
  (first, step), *others = steps.items()
  more = f', nor that of {", ".join(name for name, _ in others)}' if others else ''
  return (
    f'trial {first}: the loss is not finite at step {step}{more}; set lower rates in '
    'training.stages, or training.gradient_clip, with another --workdir (all other '
    'trials asked for are finished)'
  )
