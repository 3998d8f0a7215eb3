"""Reads a prepared set of clips into memory, keeping the frames that are used."""

import hashlib
import itertools
import math
import mmap
import sys
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.data import records, sampling
from stc_jax.data.clip_set import NEUTRAL, ClipSet
from stc_jax.data.input import COLOURS, InputConfig
from stc_jax.data.labelled_set import ClipOrigin, LabelledSet, as_labelled
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError
from stc_jax.faces.images import resize

# Of memory that is taken page by page, when it is written: Linux's MAP_NORESERVE, which
# the module mmap of older Pythons doesn't name.
_NOT_RESERVED = 0x4000 if sys.platform == 'linux' else 0
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NOT_RESERVED


def read(
  prepared: PreparedSet | LabelledSet,
  config: InputConfig,
  neutral_share: float = 0.0,
) -> ClipSet:
  """Reads a prepared set record by record; only the frames that are used are kept.

  Args:
    prepared: a prepared set, or several joined ones.
    config: the input.
    neutral_share: the share of each clip, from its start, that becomes a clip of class
      `neutral` (see `records.with_neutral`); 0: there is no such class.

  Raises:
    InputError: a record can't be read; two clips have one name; there are fewer than
      two clips or classes; a clip of one frame would become empty; the set has no
      labels; or it has a class `neutral` already.
  """
  labelled, found = as_labelled(prepared), []
  count, classes = _checked_size(labelled)
  shown = _Frames(count * (2 if neutral_share else 1), config)
  clips = clips_of(labelled, neutral_share, found)
  rows = [_row(record, shown, config) for record in clips]
  classes += (NEUTRAL,) if neutral_share else ()
  rows.sort(key=lambda row: row['clips'])
  _check_names(labelled, [row['clips'] for row in rows])
  columns = {name: [row[name] for row in rows] for name in rows[0]}
  digests, databases = columns.pop('digest'), tuple(columns.pop('database'))
  return ClipSet(
    name=labelled.name,
    names=classes,
    frames=shown.all(),
    fingerprint=hashlib.sha256(repr((classes, digests)).encode()).hexdigest(),
    subject_folds=labelled.subject_folds,
    black_sides=labelled.black_sides,
    alignment=labelled.alignment,
    databases=databases if labelled.is_joined else (),
    origins=labelled.origins(found),
    **_as_arrays(columns, config, len(classes) - 1 if neutral_share else None),
  )


def _checked_size(labelled: LabelledSet) -> tuple[int, tuple[str, ...]]:
  """The number of clips, and the classes; raises InputError as `read`."""
  count, classes = labelled.most_clips, labelled.classes
  if count < 2 or len(classes) < 2:
    raise InputError(
      f'{labelled.place}: {count} clips of {len(classes)} classes; '
      'training needs two of each'
    )
  return count, classes


def _check_names(labelled: LabelledSet, names: list[str]) -> None:
  """Raises InputError if two clips, sorted by name, have one name."""
  for one, other in itertools.pairwise(names):
    if one == other:
      raise InputError(
        f'{labelled.place}: two clips are called {one}; give each its own name'
      )


def clips_of(
  prepared: PreparedSet | LabelledSet,
  neutral_share: float,
  found: list[ClipOrigin] | None = None,
) -> Iterator[records.PreparedClip]:
  """Yields the clips of training and test; see `read` and `LabelledSet.clips`."""
  labelled = as_labelled(prepared)
  clips = labelled.clips(found)
  if not neutral_share:
    return clips
  return records.with_neutral(clips, labelled.classes, neutral_share)


def _as_arrays(
  columns: dict[str, list], config: InputConfig, neutral: int | None
) -> dict:
  """The columns as fields of `ClipSet`; equal windows and candidates are one array.

  `neutral` is the class of clips at rest, if there is one.
  """
  found = {
    name: tuple(column) if isinstance(column[0], str) else np.array(column)
    for name, column in columns.items()
  }
  if config.training_sampling == 'same':
    found['candidates'] = found['windows']
  if neutral is None:
    return found
  return found | {'at_rest': found['targets'] == neutral}


class _Frames:
  """One array for all frames that are used, filled clip by clip.

  It is large enough if all clips have the maximum length. The rest is never written, so
  it takes no memory; none is reserved for it, as stills would need many times theirs.
  Pages are aligned as a device's backend needs arrays to use them without a copy.
  """

  def __init__(self, clips: int, config: InputConfig):
    shape = (clips * config.most_kept, config.height, config.width, COLOURS)
    pages = mmap.mmap(-1, math.prod(shape), flags=_FLAGS)
    self._frames = np.frombuffer(pages, np.uint8).reshape(shape)
    self._count = 0

  def add(self, frames: UInt8[np.ndarray, 't h w 3']) -> int:
    """Appends frames; returns the first one's number."""
    first, self._count = self._count, self._count + len(frames)
    self._frames[first : self._count] = frames
    return first

  def all(self) -> UInt8[np.ndarray, 'k h w 3']:
    return self._frames[: self._count]


def _row(record: records.PreparedClip, shown: _Frames, config: InputConfig) -> dict:
  """Adds the frames of a clip to `shown`; returns its fields of `ClipSet`."""
  window, length = config.window(record.frames, record.fps)
  config.check_shown(length, f'clip {record.clip}')
  candidates, num_candidates = config.candidates(record.frames, record.fps)
  kept, place = np.unique(np.concatenate([window, candidates]), return_inverse=True)
  frames = resize(record.frames[kept], config.height, config.width)
  tested = frames[place[:length]]
  means, squares = _moments(tested)
  numbers = (shown.add(frames) + place).astype(np.int32)
  return {
    'windows': numbers[: len(window)],
    'lengths': np.int32(length),
    'candidates': numbers[len(window) :],
    'num_candidates': np.int32(num_candidates),
    'targets': np.int32(record.label),
    'subjects': record.subject,
    'clips': record.clip,
    'splits': record.split,
    'database': record.database,
    'seconds': np.float32(len(record.frames) / record.fps),
    'means': means,
    'squares': squares,
    'motion': sampling.change(tested).max(),
    'digest': records.digest(record),
  }


def _moments(
  frames: UInt8[np.ndarray, 't h w 3'],
) -> tuple[Float[np.ndarray, '3'], Float[np.ndarray, '3']]:
  """Mean and mean square of each colour in units of 0..1, from exact sums."""
  pixels = frames.reshape(-1, frames.shape[-1])
  total = pixels.sum(axis=0, dtype=np.uint64)
  squares = np.square(pixels, dtype=np.uint16).sum(axis=0, dtype=np.uint64)
  count = len(pixels)
  return (
    (total / (255.0 * count)).astype(np.float32),
    (squares / (255.0**2 * count)).astype(np.float32),
  )
