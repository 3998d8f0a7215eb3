"""Checkpoints: of the running wave, to resume it; of finished trials, to use them."""

import contextlib
import pathlib
import shutil
import time
from collections.abc import Iterator
from typing import Self

import orbax.checkpoint as ocp

from stc_jax.errors import InputError
from stc_jax.interruption import held_back
from stc_jax.training.state import TrainState


class WaveCheckpoints:
  """The states of the trials under way in `<workdir>/checkpoints/<wave>/<step>`.

  Saves are asynchronous and at most one every `seconds`; a kill during one leaves the
  one before.
  """

  @held_back()
  def __init__(self, workdir: pathlib.Path, wave: str, seconds: float):
    self._folder = workdir.absolute() / 'checkpoints' / wave
    self._seconds = seconds
    self._saved_at = time.monotonic()
    options = ocp.CheckpointManagerOptions(max_to_keep=1, create=True)
    self._manager = ocp.CheckpointManager(self._folder, options=options)

  @held_back()
  def restore(self, like: TrainState) -> TrainState | None:
    """The newest states, on the devices and in the shapes of `like`, or None.

    Raises:
      InputError: there are some, but they can't be read.
    """
    step = self._manager.latest_step()
    if step is None:
      return None
    with _readable(self._folder / str(step), 'to train its trials from the start'):
      return self._manager.restore(step, args=ocp.args.StandardRestore(like))

  @held_back()
  def save(self, step: int, states: TrainState) -> None:
    """Starts to write `states`, unless the last time is less than `seconds` ago."""
    if time.monotonic() - self._saved_at < self._seconds:
      return
    self._manager.save(step, args=ocp.args.StandardSave(states))
    self._saved_at = time.monotonic()

  def discard(self) -> None:
    """Removes the wave's states, after its end: its trials are finished."""
    shutil.rmtree(self._folder)

  def __enter__(self) -> Self:
    return self

  @held_back()
  def __exit__(self, *error) -> None:
    """Waits for the last write, whatever ended the wave."""
    self._manager.close()


def clear(workdir: pathlib.Path) -> None:
  """Removes what a kill left of waves and unfinished models: no trial is under way."""
  shutil.rmtree(workdir / 'checkpoints', ignore_errors=True)
  for half in (workdir / 'models').glob(f'*{ocp.utils.TMP_DIR_SUFFIX}*'):
    shutil.rmtree(half, ignore_errors=True)


@held_back()
def save_model(workdir: pathlib.Path, trial: str, variables: dict) -> None:
  """Writes a finished trial's params and batch_stats to `<workdir>/models/<trial>`."""
  with ocp.StandardCheckpointer() as checkpointer:
    checkpointer.save(_model_folder(workdir, trial), variables, force=True)


@held_back()
def load_model(workdir: pathlib.Path, trial: str, like: dict) -> dict:
  """Reads one finished trial's variables, host arrays in the shapes of `like`.

  Raises:
    InputError: the folder isn't there, or can't be read.
  """
  folder = _model_folder(workdir, trial)
  if not folder.exists():
    raise InputError(f'{folder}: no model of trial {trial}; train it first')
  with _readable(folder, 'and train its trial again'), ocp.StandardCheckpointer() as c:
    return c.restore(folder, like)


def _model_folder(workdir: pathlib.Path, trial: str) -> pathlib.Path:
  return workdir.absolute() / 'models' / trial


@contextlib.contextmanager
def _readable(folder: pathlib.Path, purpose: str) -> Iterator[None]:
  try:
    yield
  except (
    Exception
  ) as error:  # damage shows as whatever the damaged part's reader raises
    raise InputError(
      f'{folder}: damaged, or of another model; remove it {purpose} '
      f'({type(error).__name__})'
    ) from error
