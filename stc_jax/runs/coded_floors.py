"""The floors of a run of detection: fitted once for a set and its trials, and kept."""

import hashlib
import io
import os
import pathlib
import zipfile
from importlib import metadata
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Float
from rich.console import Console
from threadpoolctl import threadpool_limits

from stc_jax import files, machine
from stc_jax.data import flat, records
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import detection, ridge
from stc_jax.evaluation.floors import HOG_FEATURES, hog
from stc_jax.runs.run_data import RunData

# Changes when the same set and trials give other floors than before.
_VERSION = 1
_PACKAGES = ('numpy', 'opencv-python-headless', 'scikit-learn', 'scipy')


class TrialFloor(NamedTuple):
  """What ridge regression on HOG features of the still says of a trial's test frames.

  Attributes:
    scores: of each action unit.
    thresholds: from which on it is shown: chosen on training frames, each scored by a
      regression on other subjects.
  """

  scores: Float[np.ndarray, 'm a']
  thresholds: Float[np.ndarray, 'a']


def of_trials(run_data: RunData, console: Console) -> list[TrialFloor]:
  """The floor of each trial, fitted where none is kept beside the frames.

  Or, where that can't be written, in the user's cache folder.
  """
  if not any(len(trial.test) for trial in run_data.wanted):
    aus = len(run_data.clip_set.names)
    none = TrialFloor(np.zeros((0, aus), np.float32), np.full(aus, 0.5))
    return [none for _ in run_data.wanted]
  folder = _kept_in(run_data.clip_set.labelled.folder)
  return [_of_trial(run_data, folder, trial, console) for trial in run_data.wanted]


def _kept_in(frames: pathlib.Path) -> pathlib.Path:
  """Where to keep what follows from frames that lie in `frames`."""
  if flat.is_writable(frames):
    return frames
  other = machine.cache_folder() / 'flat' / frames.name
  other.mkdir(parents=True, exist_ok=True)
  return other


def _of_trial(
  run_data: RunData, folder: pathlib.Path, trial: Trial, console: Console
) -> TrialFloor:
  kept = folder / 'floors' / f'{_key(run_data, trial)}.npz'
  try:
    with np.load(kept, allow_pickle=False) as file:
      return TrialFloor(file['scores'], file['thresholds'])
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile):
    pass  # not there, or cut off: made anew
  console.print(f'fitting the floor of trial {trial.name}, beside training ...')
  frames = len(run_data.clip_set.frames)
  made = _fitted(run_data, _features(run_data.builder, folder, frames), trial)
  _keep(kept, made)
  return made


def _fitted(
  run_data: RunData, features: Float[np.ndarray, 'k f'], trial: Trial
) -> TrialFloor:
  clip_set = run_data.clip_set
  targets, rows = clip_set.targets[trial.train], clip_set.labelled.rows
  subjects = np.array(clip_set.subjects)[trial.train]
  with threadpool_limits(limits=machine.cores(), user_api='blas'):
    said = ridge.floor(features, targets, subjects, rows[trial.train], rows[trial.test])
  return TrialFloor(
    said.test.astype(np.float32), detection.thresholds(targets, said.train)
  )


def _features(
  builder: tfds.core.DatasetBuilder, folder: pathlib.Path, frames: int
) -> Float[np.ndarray, 'k f']:
  """HOG features of all frames, in the order of `flat`, mapped from disk.

  Of the prepared frames, whatever size the network is shown.
  """
  path = folder / f'hog_{_VERSION}_{metadata.version("opencv-python-headless")}.bin'
  shape = (frames, HOG_FEATURES)
  whole = np.dtype(np.float16).itemsize * frames * HOG_FEATURES
  if not path.exists() or path.stat().st_size != whole:
    part = path.with_name(f'.{os.getpid()}.part')
    try:
      with part.open('wb') as file:
        for record in records.coded(builder):
          rows = [hog(frame) for frame in record.frames]
          file.write(np.array(rows, np.float16).data)
      part.replace(path)
    finally:
      part.unlink(missing_ok=True)
  return np.memmap(path, np.float16, 'r', shape=shape)


def _key(run_data: RunData, trial: Trial) -> str:
  """Changes with all that a floor follows from."""
  versions = [metadata.version(name) for name in _PACKAGES]
  told = (_VERSION, versions, run_data.clip_set.fingerprint, run_data.clip_set.names)
  digest = hashlib.sha256(repr(told).encode())
  for rows in (trial.train, trial.test):
    digest.update(f'{len(rows)} '.encode() + rows.astype(np.int64).tobytes())
  return digest.hexdigest()[:32]


def _keep(path: pathlib.Path, floor: TrialFloor) -> None:
  """Writes a floor whole or not at all."""
  path.parent.mkdir(exist_ok=True)
  out = io.BytesIO()
  np.savez(out, **floor._asdict())
  files.write_bytes(path, out.getvalue())
