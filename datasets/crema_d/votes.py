"""Reads what people saw in the clips without sound: summaryTable.csv of CREMA-D."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from stc_jax.datasets.recorded import lfs, scan, text
from stc_jax.errors import InputError

TABLE = 'summaryTable.csv'
LABELS = {
  'A': 'anger',
  'D': 'disgust',
  'F': 'fear',
  'H': 'happiness',
  'N': 'neutral',
  'S': 'sadness',
}
_NAME, _VOTE = 'FileName', 'FaceVote'
_BYTES = 10_000_000  # the owners' file has 330,000
_REMEDY = 'download processedResults/summaryTable.csv of CREMA-D again'


def is_table(file: str) -> bool:
  """Whether a file has the table's name."""
  return file.lower() == TABLE.lower()


def read(path: Path, root: Path) -> dict[str, tuple[str, ...]]:
  """Reads the labels that most people gave each clip; several if there is a tie.

  Args:
    path: the table.
    root: the folder that it must lie in.

  Raises:
    InputError: it can't be read, or isn't this table.
  """
  if scan.leaves(path, root):
    raise InputError(f'{path}: a link that leads out of {root}; copy the file')
  if lfs.is_pointer(path):
    raise InputError(lfs.message([path]))
  try:
    rows = csv.DictReader(io.StringIO(text.read(path, _BYTES)))
    columns = rows.fieldnames or ()
    if not {_NAME, _VOTE} <= set(columns):
      raise InputError(f'{path}: no columns {_NAME} and {_VOTE}; {_REMEDY}')
    return {row[_NAME]: _labels(path, rows.line_num, row[_VOTE]) for row in rows}
  except (OSError, UnicodeDecodeError, csv.Error) as error:
    raise InputError(f'{path}: cannot be read as a table; {_REMEDY}') from error


def _labels(path: Path, line: int, vote: str | None) -> tuple[str, ...]:
  """The labels of a cell such as `A` or `A:D`."""
  letters = (vote or '').split(':')
  if not set(letters) <= LABELS.keys():
    raise InputError(
      f'{path}: line {line} should state letters of {"".join(LABELS)} joined by a '
      f'colon, not {vote!r}; {_REMEDY}'
    )
  return tuple(LABELS[letter] for letter in letters)


def check_complete(
  path: Path, votes: dict[str, tuple[str, ...]], names: Sequence[str]
) -> None:
  """Checks that the table has a row for each of the clips `names`.

  Raises:
    InputError: it lacks some.
  """
  if lacking := [name for name in names if name not in votes]:
    more = f' and {len(lacking) - 1} more clips' if len(lacking) > 1 else ''
    raise InputError(f'{path}: no row of {lacking[0]}{more}; {_REMEDY}')
