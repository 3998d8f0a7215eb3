"""Reads FERPlus (Barsoum et al. 2016): ten people's votes on each row of FER2013."""

import collections
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stc_jax.datasets.fer2013 import pixel_table
from stc_jax.datasets.fer2013.stills import Still
from stc_jax.errors import InputError, short_repr

FILE = 'fer2013new.csv'
TIES = LEAVE_OUT, FIRST = 'leave_out', 'first'
_NO_FACE = {'unknown': 'unknown', 'nf': 'no face'}
# In the order of their columns.
_VOTED = (
  *('neutral', 'happiness', 'surprise', 'sadness'),
  *('anger', 'disgust', 'fear', 'contempt'),
  *_NO_FACE,
)


class VotedRow(NamedTuple):
  """A row of FERPlus.

  Attributes:
    usage: as in FER2013.
    label: the emotion of most votes; '': the picture is left out.
    reason: why it is left out.
    problem: why the row can't be read; '': it can.
  """

  usage: str
  label: str = ''
  reason: str = ''
  problem: str = ''


@dataclasses.dataclass
class Relabelled:
  """The pictures of FER2013 with the labels of FERPlus.

  Attributes:
    stills: the pictures that have one.
    bad: those whose votes can't be read, and why.
    left_out: those that have no label, and why.
  """

  stills: list[Still] = dataclasses.field(default_factory=list)
  bad: list[tuple[str, str]] = dataclasses.field(default_factory=list)
  left_out: list[tuple[str, str]] = dataclasses.field(default_factory=list)

  def note(self) -> str:
    """How many pictures are left out for which reason."""
    reasons = (reason.partition(':')[0] for _, reason in self.left_out)
    counts = collections.Counter(reasons).items()
    words = ', '.join(f'{reason} {count}' for reason, count in counts)
    return f'{len(self.left_out)} pictures are left out by their votes: {words}'


def read(path: Path, ties: str) -> dict[str, VotedRow]:
  """Reads the votes, by the names of the rows' pictures.

  Args:
    path: `fer2013new.csv`.
    ties: 'leave_out' pictures whose most votes are a tie, or take the 'first' in the
      order of the columns.

  Raises:
    InputError: it can't be read, or lacks a column.
  """
  columns, rows = pixel_table.open_table(path, ('usage', 'image name', *_VOTED))
  return {
    pixel_table.name_of(number): _voted(path, row, columns, ties)
    for number, row in enumerate(rows, 1)
  }


def _voted(
  path: Path, row: pixel_table.TableRow, columns: Sequence[int], ties: str
) -> VotedRow:
  where = f'{path}, line {row.line}'
  if len(row.fields) <= max(columns):
    return VotedRow('', problem=f'{where}: fewer columns than line 1')
  usage, name, *texts = (row.fields[column].strip() for column in columns)
  if strange := [text for text in texts if not (text.isascii() and text.isdecimal())]:
    problem = f'{where}: {short_repr(strange[0])} is no number of votes'
    return VotedRow(usage, problem=problem)
  if not name:
    return VotedRow(usage, reason='no image name')
  return VotedRow(usage, *_majority(list(map(int, texts)), ties))


def _majority(votes: Sequence[int], ties: str) -> tuple[str, str]:
  """The emotion of most votes, or '' and the reason why there is none."""
  most = [name for name, n in zip(_VOTED, votes, strict=True) if n == max(votes)]
  if not any(votes):
    return '', 'no votes'
  if len(most) > 1 and ties == LEAVE_OUT:
    return '', f'a tie: {" and ".join(most)}'
  return ('', _NO_FACE[most[0]]) if most[0] in _NO_FACE else (most[0], '')


def relabel(
  stills: Sequence[Still], rows: Mapping[str, VotedRow], path: Path
) -> Relabelled:
  """Gives pictures the labels of FERPlus.

  Args:
    stills: of `pixel_table.read`.
    rows: of `read`, one for each row of that table.
    path: the file of the votes, for messages.

  Raises:
    InputError: its rows are other pictures.
  """
  found = Relabelled()
  for still in stills:
    row = rows[still.key]
    if row.problem:
      found.bad.append((still.key, row.problem))
    elif pixel_table.SPLITS.get(row.usage) != still.split:
      raise InputError(
        f'{path}: Usage of {still.key} is {short_repr(row.usage)}, but it is in '
        f'{still.split}; take this file and FER2013 as they were published, because '
        'they belong together row by row'
      )
    elif row.label:
      found.stills.append(dataclasses.replace(still, label=row.label))
    else:
      found.left_out.append((still.key, row.reason))
  return found
