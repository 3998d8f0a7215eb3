"""Reads text files of any editor."""

import codecs
from pathlib import Path

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(path: Path, most: int) -> str:
  """Reads a text file in UTF-8, or in the encoding of its byte order mark.

  Args:
    path: the file.
    most: the largest number of bytes to read.

  Raises:
    OSError: it can't be read.
    UnicodeDecodeError: it isn't text in this encoding.
  """
  with path.open('rb') as file:
    data = file.read(most)
  return data.decode('utf-16' if data.startswith(_UTF_16) else 'utf-8-sig')
