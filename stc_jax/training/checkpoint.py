"""Checkpoints of the trials under way: one for each, with its own step and identity.

`<workdir>/checkpoints/<trial>/<step>/`. Which trials ran together when a state was
saved is nowhere noted, so a restart may group them otherwise.
"""

import pathlib
import shutil
import time
from typing import Self

import jax
import numpy as np
import orbax.checkpoint as ocp

from stc_jax.console.interruption import held_back
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.training.state import TrainState

_FOLDER = 'checkpoints'


def identity(trial: Trial) -> dict:
  """What a trial's state must not be mixed up with: ready for JSON."""
  return {
    'trial': trial.name,
    'seed': trial.seed,
    'train': trial.train.tolist(),
    'test': trial.test.tolist(),
  }


class TrialCheckpoint:
  """The newest state of one trial.

  Saves are asynchronous; a kill during one leaves the one before.
  """

  @held_back()
  def __init__(self, workdir: pathlib.Path, trial: Trial):
    self._folder = workdir.absolute() / _FOLDER / trial.name
    self._identity = identity(trial)
    options = ocp.CheckpointManagerOptions(max_to_keep=1, create=True)
    self._manager = ocp.CheckpointManager(self._folder, options=options)

  @held_back()
  def restore(self, like: TrainState) -> TrainState | None:
    """The state, in host arrays of the shapes of `like`, or None where there is none.

    Raises:
      InputError: there is one, but it can't be read, or is another trial's.
    """
    step = self._manager.latest_step()
    if step is None:
      return None
    arguments = ocp.args.Composite(
      state=ocp.args.StandardRestore(like), identity=ocp.args.JsonRestore()
    )
    try:
      found = self._manager.restore(step, args=arguments)
    except (
      Exception
    ) as error:  # damage shows as whatever the damaged part's reader raises
      raise self._refused(f'damaged, or of another model ({_kind(error)})') from error
    if found.identity != self._identity:
      raise self._refused('of a trial with other clips')
    return jax.tree.map(np.asarray, found.state)

  @held_back()
  def save(self, state: TrainState) -> None:
    """Starts to write a state of host arrays, unless that step's is there."""
    step = int(state.step)
    if step == self._manager.latest_step():
      return
    arguments = ocp.args.Composite(
      state=ocp.args.StandardSave(state), identity=ocp.args.JsonSave(self._identity)
    )
    self._manager.save(step, args=arguments)

  @held_back()
  def close(self) -> None:
    """Waits for the last write."""
    self._manager.close()

  def _refused(self, what: str) -> InputError:
    return InputError(
      f'{self._folder}: {what}; remove it to train its trial from the start'
    )


class WaveCheckpoints:
  """The checkpoints of trials that run together; use as a context.

  Args:
    workdir: the run's folder.
    trials: those that run.
    seconds: at least so long between two saves.
  """

  def __init__(self, workdir: pathlib.Path, trials: list[Trial], seconds: float):
    self._of_trial = [TrialCheckpoint(workdir, trial) for trial in trials]
    self._seconds = seconds
    self._saved_at = time.monotonic()

  def restore(self, like: TrainState) -> list[TrainState | None]:
    """Of each trial; see `TrialCheckpoint.restore`."""
    return [checkpoint.restore(like) for checkpoint in self._of_trial]

  def is_time(self) -> bool:
    """Whether the last save is long enough ago."""
    return time.monotonic() - self._saved_at >= self._seconds

  def save(self, states: list[TrainState]) -> None:
    """Starts to write the state of each trial."""
    for checkpoint, state in zip(self._of_trial, states, strict=True):
      checkpoint.save(state)
    self._saved_at = time.monotonic()

  def __enter__(self) -> Self:
    return self

  def __exit__(self, *error) -> None:
    """Waits for the last writes, whatever ended the wave."""
    for checkpoint in self._of_trial:
      checkpoint.close()


def discard(workdir: pathlib.Path, trial: Trial) -> None:
  """Removes a finished trial's state."""
  shutil.rmtree(workdir / _FOLDER / trial.name, ignore_errors=True)


def clear(workdir: pathlib.Path) -> None:
  """Removes what kills left behind: no trial is under way."""
  shutil.rmtree(workdir / _FOLDER, ignore_errors=True)


def _kind(error: Exception) -> str:
  return type(error).__name__
