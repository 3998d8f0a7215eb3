"""The floors of labelled frames: fitted once for a set and a trial, and cached."""

import hashlib
import io
import pathlib
import zipfile
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits

from stc_jax import files, machine
from stc_jax.baselines import ridge
from stc_jax.baselines.hog import HOG_FEATURES, hog
from stc_jax.data import frame_store, records
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import detection

# Changes when the same set and trials give other floors than before.
_VERSION = 1
_PACKAGES = ('numpy', 'opencv-python-headless', 'scikit-learn', 'scipy')

ReadRecordings = Callable[[], Iterable[records.CodedRecording]]


class TrialFloor(NamedTuple):
  """What ridge regression on HOG features of single frames predicts for a trial.

  Attributes:
    scores: of each test frame and action unit.
    thresholds: of each action unit; a score from there on means that it is shown.
      Chosen on training frames, each scored by a regression on other subjects.
  """

  scores: Float[np.ndarray, 'm a']
  thresholds: Float[np.ndarray, 'a']


def of_trials(
  clip_set: ClipSet,
  trials: Sequence[Trial],
  recordings: ReadRecordings,
  on_fit: Callable[[Trial], None] = lambda trial: None,
) -> list[TrialFloor]:
  """The floor of each trial, fitted where none is cached.

  The cache is beside the set's frames or, where that can't be written, in the user's
  cache folder.

  Args:
    clip_set: of labelled frames.
    trials: which frames train and which test.
    recordings: reads the set's records; called where no features are cached.
    on_fit: called with each trial before its floor is fitted.
  """
  if not any(len(trial.test) for trial in trials):
    aus = len(clip_set.names)
    untested = TrialFloor(np.zeros((0, aus), np.float32), np.full(aus, 0.5))
    return [untested for _ in trials]
  folder = _cache_folder(clip_set.labelled.folder)
  floors = []
  for trial in trials:
    path = folder / 'floors' / f'{_key(clip_set, trial)}.npz'
    floor = _read(path)
    if floor is None:
      on_fit(trial)
      features = _features(recordings, folder, len(clip_set.frames))
      floor = _fitted(clip_set, features, trial)
      _write(path, floor)
    floors.append(floor)
  return floors


def _cache_folder(frames: pathlib.Path) -> pathlib.Path:
  """The folder of a set's frames or, where it is read-only, one in the user's cache."""
  if frame_store.is_writable(frames):
    return frames
  other = machine.cache_folder() / 'flat' / frames.name
  other.mkdir(parents=True, exist_ok=True)
  return other


def _fitted(
  clip_set: ClipSet, features: Float[np.ndarray, 'k f'], trial: Trial
) -> TrialFloor:
  targets, rows = clip_set.targets[trial.train], clip_set.labelled.rows
  subjects = np.array(clip_set.subjects)[trial.train]
  with threadpool_limits(limits=machine.cores(), user_api='blas'):
    scores = ridge.fit(features, targets, subjects, rows[trial.train], rows[trial.test])
  return TrialFloor(
    scores.test.astype(np.float32), detection.thresholds(targets, scores.train)
  )


def _features(
  recordings: ReadRecordings, folder: pathlib.Path, frames: int
) -> Float[np.ndarray, 'k f']:
  """HOG features of all frames, in the order of the set's files, mapped from disk.

  They are of the prepared frames, whatever the size of the network's input.
  """
  path = folder / f'hog_{_VERSION}_{metadata.version("opencv-python-headless")}.bin'
  shape = (frames, HOG_FEATURES)
  size = np.dtype(np.float16).itemsize * frames * HOG_FEATURES
  if not path.exists() or path.stat().st_size != size:
    with files.whole_file(path) as part, part.open('wb') as file:
      for record in recordings():
        rows = [hog(frame) for frame in record.frames]
        file.write(np.array(rows, np.float16).data)
  return np.memmap(path, np.float16, 'r', shape=shape)


def _key(clip_set: ClipSet, trial: Trial) -> str:
  """Changes with all that a floor depends on."""
  versions = [metadata.version(name) for name in _PACKAGES]
  identity = (_VERSION, versions, clip_set.fingerprint, clip_set.names)
  digest = hashlib.sha256(repr(identity).encode())
  for rows in (trial.train, trial.test):
    digest.update(f'{len(rows)} '.encode() + rows.astype(np.int64).tobytes())
  return digest.hexdigest()[:32]


def _read(path: pathlib.Path) -> TrialFloor | None:
  """A cached floor; None where there is none, or the file is damaged."""
  try:
    with np.load(path, allow_pickle=False) as file:
      return TrialFloor(file['scores'], file['thresholds'])
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile):
    return None


def _write(path: pathlib.Path, floor: TrialFloor) -> None:
  path.parent.mkdir(exist_ok=True)
  out = io.BytesIO()
  np.savez(out, **floor._asdict())
  files.write_bytes(path, out.getvalue())
