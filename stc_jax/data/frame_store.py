"""The frame store of a set of labelled frames: all frames in one memory-mapped file.

It is written once for a prepared set and a frame size, in the set's folder or, if that
is read-only, in the user's cache folder. `frames.npy` holds the pixels, `coding.npz`
the action units and everything else.
"""

import contextlib
import dataclasses
import hashlib
import pathlib
import tempfile
import zipfile
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Int8, UInt8

from stc_jax import locks, machine
from stc_jax.data.frame_store_writer import FRAMES, REST, write
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError

_VERSION = 1  # increased when the same records give other files


@dataclasses.dataclass(frozen=True)
class FrameStore:
  """The frames of m recordings, one after the other, in the order of the set's files.

  Attributes:
    frames: resized to the input.
    numbers: of each frame, its number in its recording.
    aus: of each frame, the codes of the action units in the set's `au_numbers`.
    recordings: of each frame, the index of its recording.
    means, squares: of each frame, the mean and mean square of its pixels in 0..1.
    names, subjects, splits, fps, motion: of each recording.
    fingerprint: SHA-256 of all records.
    folder: the store's folder.
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


def opened(builder: PreparedSet, height: int, width: int) -> FrameStore:
  """Maps the frame store of a set; writes it first if it doesn't exist.

  Raises:
    InputError: a record can't be read, two recordings have one name, or no folder
      can be written.
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
      if not _is_there(there):  # another process may have written it
        write(builder, height, width, there)
  return _mapped(there)


def _is_there(place: pathlib.Path) -> bool:
  with contextlib.suppress(PermissionError):
    return (place / REST).exists()
  return False


def is_writable(folder: pathlib.Path) -> bool:
  """Whether a folder exists or can be made, and is writable."""
  try:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
      return True
  except OSError:
    return False


def _places(builder: PreparedSet, height: int, width: int) -> list[pathlib.Path]:
  """The possible folders of the store; the name hashes all that decides its bytes."""
  data = pathlib.Path(builder.data_path)
  files = [(f.name, f.stat()) for f in sorted(data.glob('*.array_record*'))]
  seen = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in files]
  identity = repr((_VERSION, builder.info.full_name, seen, height, width))
  name = hashlib.sha256(identity.encode()).hexdigest()[:32]
  return [parent / 'flat' / name for parent in (data, machine.cache_folder())]


def _mapped(place: pathlib.Path) -> FrameStore:
  """Maps the files; raises InputError if they are damaged."""
  try:
    with np.load(place / REST, allow_pickle=False) as rest:
      fields = {name: rest[name] for name in rest.files}
    frames = np.load(place / FRAMES, mmap_mode='r', allow_pickle=False)
    if len(frames) != len(fields['numbers']):
      raise ValueError(f'{len(frames)} frames, {len(fields["numbers"])} coded')
    texts = {k: fields[k].tolist() for k in ('names', 'subjects', 'splits')}
    fingerprint = str(fields.pop('fingerprint'))
    return FrameStore(
      **fields | texts, frames=frames, fingerprint=fingerprint, folder=place
    )
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
