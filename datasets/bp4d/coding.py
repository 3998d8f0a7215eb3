"""Reads the action units of a sequence, frame by frame, from a CSV of BP4D."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Int8

from stc_jax.errors import InputError

MOST = 99  # the highest number of an AU
UNKNOWN = 9
_VALUES = {'0': 0, '1': 1, '9': UNKNOWN}
_BYTES = 10_000_000  # a file has some 150 kB
_REMEDY = 'copy it again from its source'


class Coding(NamedTuple):
  """The coded frames of a sequence.

  Attributes:
    numbers: the numbers of the frames, ascending.
    aus: of each frame, AU k in column k - 1: 1 present, 0 absent, 9 unknown.
  """

  numbers: Int[np.ndarray, 't']
  aus: Int8[np.ndarray, 't 99']


def read(path: Path) -> Coding:
  """Reads a CSV by its header: column 0 is the frame's number, column k is AU k.

  Raises:
    InputError: the file has another form; the message names it and the row.
  """
  try:
    if path.stat().st_size > _BYTES:
      raise InputError(f'{path}: larger than any of BP4D; {_REMEDY}')
    with path.open(encoding='utf-8-sig', newline='') as file:
      header, *rows = [row for row in csv.reader(file) if row]
    columns = [int(float(name)) for name in header]
  except OSError as error:
    raise InputError(f'{path}: {error.strerror}; {_REMEDY}') from error
  except (ValueError, OverflowError, csv.Error) as error:
    raise InputError(
      f'{path}: should start with a row of the numbers of AUs; {_REMEDY}'
    ) from error
  if columns[0] or not rows or len(set(columns)) < len(columns):
    raise InputError(f'{path}: no column 0, twice the same, or no rows; {_REMEDY}')
  return _decoded(path, columns, rows)


def _decoded(path: Path, columns: list[int], rows: list[list[str]]) -> Coding:
  """The codes of the rows; raises InputError as `read`."""
  aus = np.full((len(rows), MOST), UNKNOWN, np.int8)
  numbers = np.zeros(len(rows), np.int32)
  for place, row in enumerate(rows):
    try:
      numbers[place], *values = (
        int(float(row[0])),
        *(_VALUES[v.strip()] for v in row[1:]),
      )
      if len(values) != len(columns) - 1:
        raise ValueError('its length')
    except (ValueError, KeyError, OverflowError) as error:
      raise InputError(
        f'{path}: row {place + 2} should hold a frame and 0, 1 or 9 for each of '
        f'{len(columns) - 1} AUs; {_REMEDY}'
      ) from error
    for au, value in zip(columns[1:], values, strict=True):
      if 1 <= au <= MOST:
        aus[place, au - 1] = value
  if (np.diff(numbers) <= 0).any():
    raise InputError(f'{path}: its frames are not in ascending order; {_REMEDY}')
  return Coding(numbers, aus)


def pair(
  coded: Coding, images: Mapping[int, Path], offset: int
) -> tuple[Coding, tuple[Path, ...], str]:
  """Finds the image of each coded frame: image N - `offset` for row N.

  Returns:
    The coding of the frames with an image, their images, and what is missing or ''.
  """
  there = np.array([number - offset in images for number in coded.numbers])
  paths = tuple(images[number - offset] for number in coded.numbers[there])
  kept = Coding(coded.numbers[there], coded.aus[there])
  if there.all():
    return kept, paths, ''
  missing = coded.numbers[~there]
  gap = f'{len(missing)} coded frames have no image, the first is {missing[0]}'
  for other in {0, 1} - {offset}:
    if all(number - other in images for number in coded.numbers):
      gap += f'; with --frame_offset={other} all have one'
  return kept, paths, gap
