"""Tells whether an image or video file is as long as it says itself.

Only the outermost structure is read: no frame, no codec.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG, _JPEG_SCAN, _JPEG_END = b'\xff\xd8', b'\xff\xda', b'\xff\xd9'
_EBML = b'\x1aE\xdf\xa3'
_SEGMENT = b'\x18S\x80g'


def is_whole_image(data: bytes) -> bool:
  """Whether nothing is missing of a PNG or JPEG file; true of anything else."""
  if data.startswith(_PNG):
    return _is_whole_png(data)
  # What is missing at the end would be filled with gray.
  return not data.startswith(_JPEG) or data.rfind(_JPEG_END) > data.rfind(_JPEG_SCAN)


def is_whole_video(path: Path) -> bool:
  """Whether nothing is missing at the end of an AVI, MP4, MOV, MKV or WebM file.

  False for a file that is cut short, and for one that doesn't tell (another container,
  or a live recording whose length was never filled in).
  """
  length = path.stat().st_size
  with path.open('rb') as file:
    magic = file.read(4)
    file.seek(0)
    try:
      if magic == b'RIFF':
        return _ends(file, length, _riff_chunk)
      if magic == _EBML:
        return _matroska_end(file) <= length
      return _ends(file, length, _mp4_box)
    except (struct.error, ValueError):
      return False


def _is_whole_png(data: bytes) -> bool:
  """Whether every chunk up to the closing IEND is there and has its checksum."""
  at = len(_PNG)
  while at + 12 <= len(data):
    end = at + 8 + int.from_bytes(data[at : at + 4])
    chunk = data[at + 4 : end]
    if zlib.crc32(chunk) != int.from_bytes(data[end : end + 4]):
      return False
    if chunk[:4] == b'IEND':
      return True
    at = end + 4
  return False


def _ends(
  file: BinaryIO, length: int, read_size: Callable[[BinaryIO, int], int]
) -> bool:
  """Whether a chain of chunks, each giving its own size in bytes, ends in the file."""
  at = 0
  while at < length:
    file.seek(at)
    at += read_size(file, length - at)
  return at == length


def _riff_chunk(file: BinaryIO, _: int) -> int:
  _, size = struct.unpack('<4sI', file.read(8))
  return 8 + size + size % 2


def _mp4_box(file: BinaryIO, rest: int) -> int:
  size, _ = struct.unpack('>I4s', file.read(8))
  if size == 0:  # this box is the last and reaches to the end, wherever that is
    return rest
  if size == 1:
    (size,) = struct.unpack('>Q', file.read(8))
  if size < 8:
    raise ValueError('not a box')
  return size


def _matroska_end(file: BinaryIO) -> int:
  """Position in bytes where the segment, which holds everything, ends."""
  file.seek(len(_EBML))
  file.seek(_variable_int(file), 1)
  if file.read(4) != _SEGMENT:
    raise ValueError('no segment')
  return _variable_int(file) + file.tell()


def _variable_int(file: BinaryIO) -> int:
  """Reads EBML's variable-size integer: leading zero bits count the further bytes."""
  first = file.read(1)
  if not first or not first[0]:
    raise ValueError('not a size')
  further = 8 - first[0].bit_length()
  value = int.from_bytes(first + file.read(further)) - (1 << (7 * (further + 1)))
  if value == (1 << (7 * (further + 1))) - 1:
    raise ValueError('size never filled in')
  return value
