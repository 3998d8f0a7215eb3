"""Reads a prepared set of coded frames; each frame is an example."""

from collections.abc import Sequence

import numpy as np

from stc_jax.data import frame_store, records, set_metadata
from stc_jax.data.clip_set import ClipSet, LabelledFrames
from stc_jax.data.frame_store import FrameStore
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError


def read(builder: PreparedSet, config: InputConfig, aus: Sequence[int]) -> ClipSet:
  """Maps the frames of a set; the window of an example holds the frames around it.

  Args:
    builder: the prepared set.
    config: the input; its sampling is one of frames.
    aus: the numbers of the action units to detect.

  Raises:
    InputError: the set lacks one of these action units, or can't be read.
  """
  columns = _columns(builder, aus)
  config.check_shown(config.frames, builder.info.full_name)
  found = frame_store.opened(builder, config.height, config.width)
  order = np.argsort(found.names)  # of the recordings
  rows = [np.flatnonzero(found.recordings == number) for number in order]
  windows = [_windows(found, own, config) for own in rows]
  rows, windows = np.concatenate(rows), np.concatenate(windows).astype(np.int32)
  everything = np.full(len(rows), config.frames, np.int32)
  return ClipSet(
    name=builder.info.full_name,
    names=tuple(f'AU{number}' for number in aus),
    frames=np.asarray(found.frames),
    windows=windows,
    lengths=everything,
    candidates=windows,
    num_candidates=everything,
    targets=np.ascontiguousarray(found.aus[rows][:, columns]),
    means=found.means[windows].mean(axis=1),
    squares=found.squares[windows].mean(axis=1),
    fingerprint=found.fingerprint,
    subject_folds=set_metadata.subject_folds(builder),
    black_sides=set_metadata.black_sides(builder),
    alignment=set_metadata.alignment(builder),
    labelled=LabelledFrames(found.numbers[rows], rows, found.folder),
    **_of_recordings(found, found.recordings[rows]),
  )


def _of_recordings(found: FrameStore, own: np.ndarray) -> dict:
  """The values of each example's recording; `own` is the recording's index."""
  texts = {'subjects': found.subjects, 'clips': found.names, 'splits': found.splits}
  length = np.bincount(found.recordings)
  return {
    **{name: tuple(values[i] for i in own) for name, values in texts.items()},
    'seconds': (length[own] / found.fps[own]).astype(np.float32),
    'motion': found.motion[own],
  }


def _windows(found: FrameStore, rows: np.ndarray, config: InputConfig) -> np.ndarray:
  fps = float(found.fps[found.recordings[rows[0]]])
  return rows[config.frame_windows(found.numbers[rows], fps)]


def _columns(builder: PreparedSet, aus: Sequence[int]) -> list[int]:
  """The columns of the wanted action units in the set's codes."""
  features = builder.info.features
  if 'frame_numbers' not in features:
    raise InputError(
      f'{builder.data_path}: its frames are not coded in action units; set '
      '--config.task.kind=classification'
    )
  coded = records.au_numbers(builder)
  for number in aus:
    if number not in coded:
      known = ', '.join(map(str, coded))
      raise InputError(
        f'task.aus: {builder.info.full_name} has no AU {number}; it has {known}'
      )
  return [coded.index(number) for number in aus]
