"""Writes the frame store of a set of labelled frames; see `frame_store`."""

import collections
import hashlib
import io
import pathlib
from typing import BinaryIO

import numpy as np

from stc_jax import files
from stc_jax.console import terminal
from stc_jax.console.progress import with_bar
from stc_jax.data import records, sampling
from stc_jax.data.input import COLOURS
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError
from stc_jax.faces.images import resize

FRAMES, REST = 'frames.npy', 'coding.npz'
# Length of the .npy header, which is written last, when the number of frames is known.
# Frames start at an address that a device's backend can use without a copy.
_HEADER = 128


def write(builder: PreparedSet, height: int, width: int, place: pathlib.Path) -> None:
  """Writes a set's frame store to `place`, whole or not at all."""
  files.remove_parts(place.parent)  # the caller holds the lock
  with files.whole_folder(place) as part:
    recordings = sum(split.num_examples for split in builder.info.splits.values())
    coded = records.coded(builder)
    coded = with_bar(coded, 'laying out frames', terminal.console(), recordings)
    with (part / FRAMES).open('wb') as file:
      file.seek(_HEADER)
      rows = [_append(file, record, height, width) for record in coded]
      frames = sum(len(row['numbers']) for row in rows)
      file.seek(0)
      file.write(_header((frames, height, width, COLOURS)))
    np.savez(part / REST, **_columns(builder, rows))


def _append(
  file: BinaryIO, record: records.CodedRecording, height: int, width: int
) -> dict:
  """Writes the frames of a recording; returns its other values."""
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
    'motion': sampling.change(frames).max(),
    'digest': records.coded_digest(record),
  }


def _columns(builder: PreparedSet, rows: list[dict]) -> dict:
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
  identity = repr((list(map(int, records.au_numbers(builder))), digests))
  return {
    **of_frames,
    **of_recordings,
    'recordings': np.repeat(np.arange(len(rows)), lengths),
    'fingerprint': np.array(hashlib.sha256(identity.encode()).hexdigest()),
  }


def _header(shape: tuple[int, ...]) -> bytes:
  """The header of a .npy file of uint8, `_HEADER` bytes long."""
  out = io.BytesIO()
  fields = {'descr': '|u1', 'fortran_order': False, 'shape': shape}
  np.lib.format.write_array_header_1_0(out, fields)
  header = out.getvalue()
  assert len(header) == _HEADER, header
  return header
