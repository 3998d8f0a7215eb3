"""Checkpoints of unfinished trials: one per trial, with its own step and identity.

`<workdir>/checkpoints/<trial>/<step>/`. Which trials ran together when a state was
saved is not recorded, so a restart may group them differently.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import shutil
import sys
import time
from collections.abc import Iterable, Iterator

import jax
import numpy as np
import orbax.checkpoint as ocp

from stc_jax.console.interruption import held_back
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError, blames_file, machine_error
from stc_jax.run_folder import layout
from stc_jax.training import hosts
from stc_jax.training.state import TrainState

_DIGEST = 'sha256'  # of the state; Orbax does not detect all changed bytes of arrays


def identity(trial: Trial) -> dict:
  """Identifies the trial that a state belongs to; ready for JSON."""
  return {
    'trial': trial.name,
    'seed': trial.seed,
    'train': _sha256([trial.train.astype(np.int64)]),
    'test': _sha256([trial.test.astype(np.int64)]),
  }


class TrialCheckpoint:
  """The newest state of one trial.

  Saves are asynchronous; if the process is killed during one, the previous one is kept.
  """

  @held_back()
  def __init__(self, workdir: pathlib.Path, trial: Trial):
    self._folder = layout.checkpoints(workdir.absolute()) / trial.name
    self._identity = identity(trial)
    self._folder.mkdir(parents=True, exist_ok=True)
    _drop_complaints_of_late_writes()
    options = ocp.CheckpointManagerOptions(
      max_to_keep=1, create=False, multiprocessing_options=_of_the_first()
    )
    self._manager = ocp.CheckpointManager(self._folder, options=options)

  @held_back()
  def restore(self, like: TrainState) -> TrainState | None:
    """Returns the state in host arrays shaped like `like`; None if there is none.

    Raises:
      InputError: the checkpoint can't be read, or belongs to another trial.
    """
    step = self._manager.latest_step()
    if step is None:
      return None
    arguments = ocp.args.Composite(
      state=ocp.args.StandardRestore(like), identity=ocp.args.JsonRestore()
    )
    try:
      found = self._manager.restore(step, args=arguments)
    except Exception as error:
      if not blames_file(error):
        raise
      raise self._refused(
        f'damaged, or of another model ({type(error).__name__})'
      ) from error
    identity = dict(found.identity or {})
    digest = identity.pop(_DIGEST, None)  # earlier versions wrote no digest
    if identity != self._identity:
      raise self._refused('of a trial with other clips')
    if digest not in (None, _digest(found.state)):
      raise self._refused('damaged (its numbers are not those that were written)')
    return jax.tree.map(np.asarray, found.state)

  @held_back()
  def save(self, state: TrainState) -> None:
    """Starts to write a state of host arrays, unless that step is saved already.

    Raises:
      OSError: the disk is full, or similar, in this write or the previous one.
    """
    step = int(state.step)
    if step == self._manager.latest_step():
      return
    identity = self._identity | {_DIGEST: _digest(state)}
    arguments = ocp.args.Composite(
      state=ocp.args.StandardSave(state), identity=ocp.args.JsonSave(identity)
    )
    with self._named():
      self._manager.save(step, args=arguments)

  @held_back()
  def close(self) -> None:
    """Waits for the last write.

    Raises:
      OSError: the disk is full, or similar.
    """
    with self._named():
      self._manager.close()

  @contextlib.contextmanager
  def _named(self) -> Iterator[None]:
    """Adds the folder to an error of the machine, such as a full disk."""
    try:
      yield
    except Exception as error:
      code = machine_error(error)
      if code is None:
        raise
      raise OSError(code, os.strerror(code), str(self._folder)) from error

  def _refused(self, what: str) -> InputError:
    return InputError(
      f'{self._folder}: {what}; remove it to train its trial from the start'
    )


@functools.cache
def _drop_complaints_of_late_writes() -> None:
  """Suppresses messages that follow from a failed write; the failure itself is raised.

  After a failure Orbax closes its event loop. Each write that TensorStore finishes
  later then prints an error on the terminal.
  """
  tell = sys.unraisablehook

  def keep(unraisable) -> None:
    if unraisable.object or str(unraisable.exc_value) != 'Event loop is closed':
      tell(unraisable)

  sys.unraisablehook = keep


def _digest(state: TrainState) -> str:
  """SHA-256 of all numbers of a state."""
  return _sha256(jax.tree.leaves(state))


def _sha256(arrays: Iterable[np.ndarray]) -> str:
  digest = hashlib.sha256()
  for array in arrays:
    digest.update(np.ascontiguousarray(array).tobytes())
  return digest.hexdigest()


def _of_the_first() -> ocp.options.MultiprocessingOptions:
  """Of several processes, only the first saves and restores."""
  if not hosts.are_several():
    return ocp.options.MultiprocessingOptions()
  return ocp.options.MultiprocessingOptions(
    primary_host=0, active_processes={0}, barrier_sync_key_prefix='first'
  )


class WaveCheckpoints:
  """The checkpoints of trials that run together; use as a context.

  Of several processes, only the first has any.

  Args:
    workdir: the run's folder.
    trials: those that run.
    seconds: at least so long between two saves.
  """

  def __init__(self, workdir: pathlib.Path, trials: list[Trial], seconds: float):
    self._workdir, self._trials, self._seconds = workdir, trials, seconds
    self._of_trial: dict[str, TrialCheckpoint] = {}
    self._open = contextlib.ExitStack()
    self._saved_at = time.monotonic()

  def restore(self, like: TrainState) -> dict[str, TrainState]:
    """The states that there are, by trial; see `TrialCheckpoint.restore`."""
    found = {name: one.restore(like) for name, one in self._of_trial.items()}
    return {name: state for name, state in found.items() if state is not None}

  def is_time(self) -> bool:
    """Whether the last save is long enough ago."""
    return hosts.is_first() and time.monotonic() - self._saved_at >= self._seconds

  def save(self, states: dict[str, TrainState]) -> None:
    """Starts to write states, by trial."""
    for name, state in states.items():
      self._of_trial[name].save(state)
    self._saved_at = time.monotonic()

  def __enter__(self) -> 'WaveCheckpoints':
    with contextlib.ExitStack() as opened:
      for trial in self._trials if hosts.is_first() else ():
        checkpoint = TrialCheckpoint(self._workdir, trial)
        opened.callback(checkpoint.close)
        self._of_trial[trial.name] = checkpoint
      self._open = opened.pop_all()
    return self

  def __exit__(self, *error) -> None:
    """Waits for the last writes, whatever ended the wave."""
    self._open.close()


def discard(workdir: pathlib.Path, trials: Iterable[Trial]) -> None:
  """Removes the states of finished trials; those of others stay."""
  folder = layout.checkpoints(workdir)
  for trial in trials:
    shutil.rmtree(folder / trial.name, ignore_errors=True)
  with contextlib.suppress(OSError):  # it isn't there, or others' are in it
    folder.rmdir()
