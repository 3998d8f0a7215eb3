"""Writes files and folders whole or not at all.

Each writer has a temporary file or folder of its own beside the place, so several may
write the same place at once: the last one wins. A kill may leave such a part. The next
write of the same place removes parts that are more than a day old; who works alone in
a folder (`locks.py`) removes all of them with `remove_parts`.
"""

import contextlib
import errno
import glob
import json
import os
import pathlib
import secrets
import shutil
import time
from collections.abc import Iterator

_KEPT = 40  # letters of the name in the name of its part, so that no name is too long
_HEX = '[0-9a-f]' * 8
_ATTEMPTS = 100  # to replace a folder that another writer replaces, too
_NOT_EMPTY = errno.EEXIST, errno.ENOTEMPTY
_OLD = 24 * 3600.0  # seconds; no writer takes that long


def write(path: pathlib.Path, text: str) -> None:
  """Writes a text file whole or not at all."""
  write_bytes(path, text.encode())


def write_bytes(path: pathlib.Path, data: bytes) -> None:
  """Writes a file whole or not at all.

  Raises:
    OSError: it can't be written; its `filename` is that of the file.
  """
  try:
    with whole_file(path) as part:
      part.write_bytes(data)
  except OSError as error:
    error.filename = str(path)  # a failed write names no file
    raise


def as_json(value) -> str:
  """Indented JSON; the same text for the same value."""
  return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + '\n'


@contextlib.contextmanager
def whole_file(path: pathlib.Path) -> Iterator[pathlib.Path]:
  """Gives the block a file to write, and puts it at `path` once the block is done."""
  part = _part(path)
  try:
    _remove_old(path)
    yield part
    os.replace(part, path)
  finally:
    part.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(path: pathlib.Path) -> Iterator[pathlib.Path]:
  """Gives the block an empty folder, and puts it at `path` once the block is done."""
  part = _part(path)
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_old(path)
    part.mkdir()
    yield part
    _replace_folder(part, path)
  finally:
    shutil.rmtree(part, ignore_errors=True)


def _replace_folder(part: pathlib.Path, path: pathlib.Path) -> None:
  """Renames a folder to `path`, in place of a folder that is there."""
  for attempt in range(_ATTEMPTS):
    shutil.rmtree(path, ignore_errors=True)
    try:
      part.rename(path)
      return
    except OSError as error:  # another writer may have been faster
      if error.errno not in _NOT_EMPTY or attempt == _ATTEMPTS - 1:
        raise


def remove_parts(folder: pathlib.Path) -> None:
  """Removes what killed writers left in a folder that nobody else writes now."""
  for part in folder.glob(f'.*.{_HEX}.part'):
    _remove(part)


def _part(path: pathlib.Path) -> pathlib.Path:
  return path.with_name(f'.{path.name[:_KEPT]}.{secrets.token_hex(4)}.part')


def _remove_old(path: pathlib.Path) -> None:
  name = glob.escape(f'.{path.name[:_KEPT]}')
  for part in path.parent.glob(f'{name}.{_HEX}.part'):
    with contextlib.suppress(FileNotFoundError):  # another writer was faster
      if time.time() - part.stat().st_mtime > _OLD:
        _remove(part)


def _remove(part: pathlib.Path) -> None:
  if part.is_dir():
    shutil.rmtree(part, ignore_errors=True)
  else:
    with contextlib.suppress(OSError):
      part.unlink()
