"""A journal of finished clips: a file that records are only appended to.

A record is handed to the operating system at once, so a killed process loses none. It
isn't forced to the disk, which takes longer than preparing a still. A record that was
cut short by a kill or a power failure has a wrong checksum. It is ignored, with all
behind it.
"""

import json
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import UInt8

# Of the notes and the frames: the number of bytes; and a checksum of both.
_HEAD = struct.Struct('<IQI')


class Journal:
  """Appends the clips of one shard; several threads may do so at a time.

  The file is made with the first record.
  """

  def __init__(self, path: Path):
    self.path = path
    self._lock = threading.Lock()

  def append(self, notes: dict[str, Any], frames: UInt8[np.ndarray, 't s s 3']) -> int:
    """Appends a clip; returns its position in the file."""
    text = json.dumps(notes | {'shape': frames.shape}).encode()
    pixels = np.ascontiguousarray(frames).tobytes()
    head = _HEAD.pack(len(text), len(pixels), zlib.crc32(pixels, zlib.crc32(text)))
    with self._lock, self.path.open('ab') as file:
      position = file.tell()
      file.write(head + text + pixels)
    return position


def records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
  """Yields the position and the notes of each whole record."""
  with path.open('rb') as file:
    while True:
      position = file.tell()
      found = _read(file)
      if found is None:
        return
      yield position, found[0]


def read(path: Path, position: int) -> tuple[dict[str, Any], np.ndarray]:
  """The notes and the frames of the record at a position that `records` yielded."""
  with path.open('rb') as file:
    file.seek(position)
    notes, pixels = _read(file)
  return notes, np.frombuffer(pixels, np.uint8).reshape(notes['shape'])


def _read(file: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
  """Reads a record; None where it isn't whole."""
  head = file.read(_HEAD.size)
  if len(head) < _HEAD.size:
    return None
  text_size, pixels_size, checksum = _HEAD.unpack(head)
  left = os.fstat(file.fileno()).st_size - file.tell()
  if not text_size or text_size + pixels_size > left:
    return None
  text, pixels = file.read(text_size), file.read(pixels_size)
  if zlib.crc32(pixels, zlib.crc32(text)) != checksum:
    return None
  return json.loads(text), pixels
