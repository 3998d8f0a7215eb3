"""Files that are there whole or not at all."""

import os
import pathlib


def write(path: pathlib.Path, text: str) -> None:
  """Writes a text file whole or not at all."""
  write_bytes(path, text.encode())


def write_bytes(path: pathlib.Path, data: bytes) -> None:
  """Writes a file whole or not at all.

  Raises:
    OSError: it can't be written; its `filename` is that of the file.
  """
  part = path.with_name(path.name + '.part')
  try:
    part.write_bytes(data)
    os.replace(part, path)
  except OSError as error:
    error.filename = str(path)  # a failed write names no file
    raise
