"""Files that are there whole or not at all."""

import contextlib
import glob
import os
import pathlib
import secrets
import time

_SHOWN = 40  # letters of a file's name in its part's: no name is too long for both
_OLD = 24 * 3600.0  # seconds, after which nobody writes a part any more


def write(path: pathlib.Path, text: str) -> None:
  """Writes a text file whole or not at all."""
  write_bytes(path, text.encode())


def write_bytes(path: pathlib.Path, data: bytes) -> None:
  """Writes a file whole or not at all, whoever else writes it at the same time.

  Raises:
    OSError: it can't be written; its `filename` is that of the file.
  """
  stem = f'.{path.name[:_SHOWN]}'
  part = path.with_name(f'{stem}.{secrets.token_hex(4)}.part')
  try:
    _sweep(path.parent, stem)
    part.write_bytes(data)
    os.replace(part, path)
  except OSError as error:
    error.filename = str(path)  # a failed write names no file
    raise
  finally:
    part.unlink(missing_ok=True)


def _sweep(folder: pathlib.Path, stem: str) -> None:
  """Removes what a killed writer left."""
  for part in folder.glob(f'{glob.escape(stem)}.{"[0-9a-f]" * 8}.part'):
    with contextlib.suppress(OSError):  # another may be as quick
      if time.time() - part.stat().st_mtime > _OLD:
        part.unlink()
