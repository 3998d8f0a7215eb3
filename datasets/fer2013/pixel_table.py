"""Reads FER2013 as one table of text: emotion, pixels and usage, a row a picture.

The table has about 300 MB. It is read once, row by row, to check it; a picture keeps
the place of its row, and its pixels are read when they are needed.
"""

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from stc_jax.datasets.fer2013.stills import CLASSES, Still, Stills, digest
from stc_jax.datasets.recorded import lfs
from stc_jax.errors import InputError, short_repr
from stc_jax.faces import images
from stc_jax.faces.recording import Recording

SIDE = 48
SPLITS = {'Training': 'train', 'PublicTest': 'validation', 'PrivateTest': 'test'}
_COLUMNS = ('emotion', 'pixels', 'usage')
_LONGEST = 2**17  # bytes of a line; a right one has at most 9,233
_NUMERIC = b'0123456789 '


class TableRow(NamedTuple):
  """A row of a table: its line, from 1, where that begins, and its fields."""

  line: int
  start: int
  fields: list[str]


@dataclasses.dataclass(frozen=True)
class PixelRow(Recording):
  """A picture as a row of a table; `paths` is the table.

  Attributes:
    line: the line of the row, from 1.
    start: where it begins, in bytes.
    column: the column of its pixels.
  """

  line: int = 0
  start: int = 0
  column: int = 0

  def frames(self) -> Iterator[UInt8[np.ndarray, '48 48 3']]:
    """Yields the picture; raises InputError if the row isn't one any more."""
    (path,) = self.paths
    images.check_file(path)
    with path.open('rb') as file:
      file.seek(self.start)
      fields = _fields(file.readline(_LONGEST))
    try:
      gray = pixels(fields[self.column])
    except (IndexError, ValueError) as error:
      raise InputError(f'{path}, line {self.line}: has changed; start again') from error
    yield np.repeat(gray[..., None], 3, axis=-1)


def read(path: Path) -> Stills:
  """Reads the pictures of a table, one a row; each is its own subject.

  Raises:
    InputError: it can't be read, or lacks a column.
  """
  found = Stills()
  columns, rows = open_table(path, _COLUMNS)
  for number, row in enumerate(rows, 1):
    key = name_of(number)
    try:
      emotion, text, usage = (row.fields[column].strip() for column in columns)
    except IndexError:
      found.bad.append((key, f'{path}, line {row.line}: fewer columns than line 1'))
      continue
    label, split = _class(emotion), SPLITS.get(usage)
    if label and split:
      found.counts[split, label] += 1
    try:
      if not label:
        raise ValueError(f'emotion {short_repr(emotion)} is not one of 0 to 6')
      if not split:
        known = ', '.join(SPLITS)
        raise ValueError(f'Usage {short_repr(usage)} is not one of {known}')
      picture = pixels(text)
    except ValueError as error:
      found.bad.append((key, f'{path}, line {row.line}: {error}'))
      continue
    place = PixelRow(
      (path,), line=row.line, start=row.start, column=columns[_COLUMNS.index('pixels')]
    )
    found.usable.append(Still(key, label, key, place, split, digest(picture)))
  return found


def name_of(number: int) -> str:
  """The name of the picture in a row; rows are counted from 1."""
  return f'row{number:05d}'


def open_table(
  path: Path, wanted: tuple[str, ...]
) -> tuple[list[int], Iterator[TableRow]]:
  """Opens a table of comma-separated values whose first line names the columns.

  Blanks around names, and upper and lower case, make no difference. Empty lines are
  skipped.

  Args:
    path: the file.
    wanted: names of columns, in lower case.

  Returns:
    the places of these columns, and the rows.

  Raises:
    InputError: it can't be read, or lacks a column.
  """
  images.check_file(path)
  if lfs.is_pointer(path):
    raise InputError(lfs.message([path]))
  with path.open('rb') as file:
    first = _fields(file.readline(_LONGEST).removeprefix(b'\xef\xbb\xbf'))
  names = [name.strip().lower() for name in first]
  if missing := [name for name in wanted if name not in names]:
    raise InputError(
      f'{path}: no column {missing[0]} in its first line, which names '
      f'{short_repr(", ".join(names))}; copy it again from its source'
    )
  return [names.index(name) for name in wanted], _rows(path)


def _rows(path: Path) -> Iterator[TableRow]:
  with path.open('rb') as file:
    start = len(file.readline(_LONGEST))
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST), b''), 2):
      if line.strip():
        yield TableRow(number, start, _fields(line))
      start += len(line)


def _fields(line: bytes) -> list[str]:
  """The fields of a line, whatever its bytes."""
  text = line.decode('utf-8', 'backslashreplace')
  try:
    return next(csv.reader([text]), [])
  except csv.Error:  # such as a field of too many characters
    return []


def _class(emotion: str) -> str | None:
  numbers = map(str, range(len(CLASSES)))
  return dict(zip(numbers, CLASSES, strict=True)).get(emotion)


def pixels(text: str) -> UInt8[np.ndarray, '48 48']:
  """The picture that a row's text gives, line by line.

  Raises:
    ValueError: a value is no number in 0 to 255, or there are too few or too many.
  """
  data = text.encode()
  if data.translate(None, _NUMERIC):
    strange = next(v for v in text.split(' ') if v.encode().translate(None, _NUMERIC))
    raise ValueError(f'pixel {short_repr(strange)} is no number in 0 to 255')
  values = np.fromstring(text, np.int64, sep=' ')
  if values.size != SIDE * SIDE:
    raise ValueError(f'{values.size} pixels, not {SIDE} x {SIDE}')
  if values.max() > 255:
    raise ValueError(f'pixel {values.max()} is no number in 0 to 255')
  return values.astype(np.uint8).reshape(SIDE, SIDE)
