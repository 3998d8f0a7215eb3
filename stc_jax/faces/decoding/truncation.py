"""Detects truncated files by their structure, for formats without a frame count."""

from pathlib import Path

_EBML, _SEGMENT = b'\x1a\x45\xdf\xa3', b'\x18\x53\x80\x67'
_ASF = bytes.fromhex('3026b2758e66cf11a6d900aa0062ce6c')
_ASF_DATA = bytes.fromhex('3626b2758e66cf11a6d900aa0062ce6c')
_FLV, _FLV_TAG = b'FLV', 11  # bytes of a tag before its data


def ends_early(path: Path) -> bool:
  """Whether bytes are missing at the end of a Matroska, WebM, ASF or FLV file.

  False for all other formats, and for live recordings, which don't state a length.
  """
  head = _read(path, 0, 4096)
  if head.startswith(_EBML):
    return _cut_matroska(head, path.stat().st_size)
  if head.startswith(_ASF):
    return _cut_asf(path)
  return head.startswith(_FLV) and _cut_flv(path)


def _cut_matroska(head: bytes, length: int) -> bool:
  """Compares the size of the segment; see RFC 8794 (EBML) and RFC 9559 (Matroska)."""
  size, at = _coded_size(head, len(_EBML))
  at += size or 0
  if head[at : at + 4] != _SEGMENT:
    return False
  size, at = _coded_size(head, at + 4)
  return size is not None and length < at + size


def _coded_size(data: bytes, at: int) -> tuple[int | None, int]:
  """The size coded at a position (None: unknown), and the position after it."""
  first = data[at] if at < len(data) else 0
  length = 9 - first.bit_length()
  bits = 7 * length
  value = int.from_bytes(data[at : at + length]) & ((1 << bits) - 1)
  return (None if value == (1 << bits) - 1 else value), at + length


def _cut_asf(path: Path) -> bool:
  """Compares the size of the data object; a missing index after it is accepted."""
  at = _number(_read(path, 16, 8))
  data = _read(path, at, 24)
  size = _number(data[16:])
  return data.startswith(_ASF_DATA) and path.stat().st_size < at + size


def _cut_flv(path: Path) -> bool:
  """Compares the last four bytes, which repeat the length of the last tag."""
  length = path.stat().st_size
  size = int.from_bytes(_read(path, max(0, length - 4), 4))
  tag = _read(path, max(0, length - 4 - size), 4)
  return int.from_bytes(tag[1:]) != size - _FLV_TAG


def _number(data: bytes) -> int:
  return int.from_bytes(data, 'little')


def _read(path: Path, at: int, count: int) -> bytes:
  with path.open('rb') as file:
    file.seek(at)
    return file.read(count)
