"""The floors of a run of detection: fitted once for a set and its trials, and kept."""

import hashlib
import os
import pathlib
import tempfile
import zipfile
from importlib import metadata
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Float
from rich.console import Console
from rich.progress import track
from threadpoolctl import threadpool_limits

from stc_jax import machine
from stc_jax.data import flat, records
from stc_jax.data.flat import Flat
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
  """The floor of each trial, fitted where it isn't kept beside the frames."""
  size = run_data.input
  found = flat.opened(run_data.builder, size.height, size.width)
  trials = track(
    run_data.wanted,
    'floors',
    console=console,
    transient=True,
    disable=not console.is_terminal,
  )
  return [_of_trial(run_data, found, trial, console) for trial in trials]


def _of_trial(
  run_data: RunData, found: Flat, trial: Trial, console: Console
) -> TrialFloor:
  kept = found.folder / 'floors' / f'{_key(run_data, trial)}.npz'
  try:
    with np.load(kept, allow_pickle=False) as file:
      return TrialFloor(file['scores'], file['thresholds'])
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile):
    pass  # not there, or cut off: made anew
  console.print(f'fitting the floor of trial {trial.name} ...')
  made = _fitted(run_data, features(run_data.builder, found.folder), trial)
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


def features(
  builder: tfds.core.DatasetBuilder, folder: pathlib.Path
) -> Float[np.ndarray, 'k f']:
  """HOG features of every frame, in the order of `flat`, mapped from disk.

  Of the prepared frames, whatever size the network is shown.
  """
  path = folder / 'hog.npy'
  if not path.exists():
    part = pathlib.Path(tempfile.mkdtemp(prefix='.part_', dir=folder)) / path.name
    count = len(np.load(folder / flat.FRAMES, mmap_mode='r'))
    made = np.lib.format.open_memmap(part, 'w+', np.float16, (count, HOG_FEATURES))
    start = 0
    for record in records.coded(builder):
      for frame in record.frames:
        made[start], start = hog(frame), start + 1
    made.flush()
    part.rename(path)
    part.parent.rmdir()
  return np.load(path, mmap_mode='r')


def _key(run_data: RunData, trial: Trial) -> str:
  """Changes with all that a floor follows from."""
  versions = [metadata.version(name) for name in _PACKAGES]
  told = (_VERSION, versions, run_data.clip_set.fingerprint, run_data.clip_set.names)
  digest = hashlib.sha256(repr(told).encode())
  for rows in (trial.train, trial.test):
    digest.update(rows.astype(np.int64).tobytes())
  return digest.hexdigest()[:32]


def _keep(path: pathlib.Path, floor: TrialFloor) -> None:
  """Writes a floor whole or not at all."""
  path.parent.mkdir(exist_ok=True)
  with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
    np.savez(part, **floor._asdict())
  os.replace(part.name, path)
