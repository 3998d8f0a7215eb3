"""Sets of labelled frames, flat: `frames.npy`, and of every frame all that is coded.

Written once for a prepared set and a size of its frames, beside the set or, where that
can't be written, in the user's cache folder; mapped into memory, and not read.
"""

import collections
import contextlib
import dataclasses
import hashlib
import io
import os
import pathlib
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Float, Int, Int8, UInt8
from rich.console import Console
from rich.progress import track

from stc_jax import locks
from stc_jax.data import records
from stc_jax.data.input import COLOURS
from stc_jax.errors import InputError
from stc_jax.faces.images import resize

_VERSION = 1  # changes when the same records give other files
FRAMES, _REST = 'frames.npy', 'coding.npz'
# Of a .npy file's header, which is written when the number of frames is known. Frames
# then start where a device's backend can take them over without a copy.
_HEADER = 128


@dataclasses.dataclass(frozen=True)
class Flat:
  """The frames of m recordings, one behind the other, in the order of the set's files.

  Attributes:
    frames: at the input's size.
    numbers: of each frame, in its recording.
    aus: of each frame, column by column as the set's `au_numbers` say.
    recordings: of each frame, the number of its recording.
    means, squares: of each frame's pixels, in units of 0..1.
    names, subjects, splits, fps, motion: of each recording.
    fingerprint: SHA-256 of all records.
    folder: where it lies.
  """

  frames: UInt8[np.ndarray, 'k h w 3']
  numbers: Int[np.ndarray, 'k']
  aus: Int8[np.ndarray, 'k a']
  recordings: Int[np.ndarray, 'k']
  means: Float[np.ndarray, 'k 3']
  squares: Float[np.ndarray, 'k 3']
  names: Sequence[str]
  subjects: Sequence[str]
  splits: Sequence[str]
  fps: Float[np.ndarray, 'm']
  motion: Float[np.ndarray, 'm']
  fingerprint: str
  folder: pathlib.Path


def opened(builder: tfds.core.DatasetBuilder, height: int, width: int) -> Flat:
  """Maps a set's frames, laid out anew where they aren't yet.

  Raises:
    InputError: a record that can't be read, or two recordings of one name.
  """
  places = _places(builder, height, width)
  there = next((place for place in places if _is_there(place)), None)
  if there is None:
    there = next((place for place in places if is_writable(place.parent)), None)
  if there is None:
    raise InputError(
      f'{places[-1].parent}: cannot be written, and holds the frames while they are '
      'used; set XDG_CACHE_HOME to a folder with room for them'
    )
  if not _is_there(there):
    with locks.alone_in(there.parent, on_wait=lambda owner: None):
      if not _is_there(there):  # another process was faster
        _write(builder, height, width, there)
  return _mapped(there)


def _is_there(place: pathlib.Path) -> bool:
  with contextlib.suppress(PermissionError):
    return (place / _REST).exists()
  return False


def is_writable(folder: pathlib.Path) -> bool:
  """Whether a folder is there, or can be made, and files in it."""
  try:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
      return True
  except OSError:
    return False


def _places(
  builder: tfds.core.DatasetBuilder, height: int, width: int
) -> list[pathlib.Path]:
  """Where a set's frames may lie, by all that they follow from."""
  data = pathlib.Path(builder.data_path)
  files = [(f.name, f.stat()) for f in sorted(data.glob('*.array_record*'))]
  seen = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in files]
  told = repr((_VERSION, builder.info.full_name, seen, height, width))
  name = hashlib.sha256(told.encode()).hexdigest()[:32]
  cache = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
  return [data / 'flat' / name, pathlib.Path(cache) / 'stc_jax' / 'flat' / name]


def _mapped(place: pathlib.Path) -> Flat:
  """Raises InputError where the files aren't what `_write` wrote."""
  try:
    with np.load(place / _REST, allow_pickle=False) as rest:
      fields = {name: rest[name] for name in rest.files}
    frames = np.load(place / FRAMES, mmap_mode='r', allow_pickle=False)
    if len(frames) != len(fields['numbers']):
      raise ValueError(f'{len(frames)} frames, {len(fields["numbers"])} coded')
    texts = {k: fields[k].tolist() for k in ('names', 'subjects', 'splits')}
    fingerprint = str(fields.pop('fingerprint'))
    return Flat(**fields | texts, frames=frames, fingerprint=fingerprint, folder=place)
  except (
    EOFError,
    FileNotFoundError,
    KeyError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
  ) as error:
    raise InputError(
      f'{place}: damaged ({error}); remove it, it is made again'
    ) from error


def _write(
  builder: tfds.core.DatasetBuilder, height: int, width: int, place: pathlib.Path
) -> None:
  """Lays a set out at `place`, whole or not at all."""
  for left in place.parent.glob('.part_*'):  # by a kill; the lock is ours
    shutil.rmtree(left)
  part = place.with_name(f'.part_{place.name}')
  part.mkdir()
  try:
    recordings = sum(split.num_examples for split in builder.info.splits.values())
    console = Console()
    coded = track(
      records.coded(builder),
      'laying out frames',
      total=recordings,
      console=console,
      transient=True,
      disable=not console.is_terminal,
    )
    with (part / FRAMES).open('wb') as file:
      file.seek(_HEADER)
      rows = [_append(file, record, height, width) for record in coded]
      frames = sum(len(row['numbers']) for row in rows)
      file.seek(0)
      file.write(_header((frames, height, width, COLOURS)))
    np.savez(part / _REST, **_columns(builder, rows))
    part.rename(place)
  finally:
    shutil.rmtree(part, ignore_errors=True)


def _append(
  file: BinaryIO, record: records.CodedRecording, height: int, width: int
) -> dict:
  """Writes a recording's frames; returns all else that is kept of it."""
  frames = resize(record.frames, height, width)
  file.write(np.ascontiguousarray(frames).data)
  return {
    'numbers': record.numbers,
    'aus': record.aus,
    'means': frames.mean(axis=(1, 2), dtype=np.float64) / 255,
    'squares': np.square(frames, dtype=np.uint16).mean(axis=(1, 2)) / 255**2,
    'names': record.clip,
    'subjects': record.subject,
    'splits': record.split,
    'fps': record.fps,
    'motion': records.change(frames).max(),
    'digest': records.coded_digest(record),
  }


def _columns(builder: tfds.core.DatasetBuilder, rows: list[dict]) -> dict:
  """The arrays of `coding.npz`."""
  names = [row['names'] for row in rows]
  if twice := next(
    (n for n, count in collections.Counter(names).items() if count > 1), None
  ):
    raise InputError(
      f'{builder.data_path}: two clips are called {twice}; give each its own name'
    )
  lengths = [len(row['numbers']) for row in rows]
  of_frames = {
    name: np.concatenate([row[name] for row in rows])
    for name in ('numbers', 'aus', 'means', 'squares')
  }
  of_frames |= {k: of_frames[k].astype(np.float32) for k in ('means', 'squares')}
  of_recordings = {
    name: np.array([row[name] for row in rows])
    for name in ('names', 'subjects', 'splits', 'fps', 'motion')
  }
  digests = sorted((row['names'], row['digest']) for row in rows)
  told = repr((list(map(int, au_numbers(builder))), digests))
  return {
    **of_frames,
    **of_recordings,
    'recordings': np.repeat(np.arange(len(rows)), lengths),
    'fingerprint': np.array(hashlib.sha256(told.encode()).hexdigest()),
  }


def au_numbers(builder: tfds.core.DatasetBuilder) -> list[int]:
  """What each column of a set's `aus` is about; see `contract.check`."""
  return [int(number) for number in (builder.info.metadata or {})['au_numbers']]


def _header(shape: tuple[int, ...]) -> bytes:
  """Of a .npy file of uint8, as long as `_HEADER`."""
  out = io.BytesIO()
  fields = {'descr': '|u1', 'fortran_order': False, 'shape': shape}
  np.lib.format.write_array_header_1_0(out, fields)
  header = out.getvalue()
  assert len(header) == _HEADER, header
  return header
