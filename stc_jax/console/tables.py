"""Tables on a terminal: what goes into a run, and what came out of it."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_dataset(
  console: Console, described: dict, counts: Mapping[str, int], protocol: str
) -> None:
  """Prints a line on the set and one on the trials.

  Args:
    console: the terminal.
    described: as in dataset.json.
    counts: how many examples each output of the network has.
    protocol: in words.
  """
  words = ', '.join(map('{} {}'.format, *zip(*counts.items(), strict=True)))
  frames = f'{described["frames"]} frames, ' if 'frames' in described else ''
  console.print(
    Text.assemble(
      (described['name'], 'bold'),
      f': {described["clips"]} clips, {frames}{described["subjects"]} subjects, ',
      words,
    ),
    highlight=False,
  )
  console.print(protocol, highlight=False)


def print_classes(
  console: Console, sets: Mapping[str, Sequence[tuple[str, str, int]]]
) -> None:
  """Prints the classes of joined sets, and how many clips are left out.

  Args:
    console: the terminal.
    sets: for each set and each of its classes: its name, the class in its place or ''
      where it is left out, and the number of clips.
  """
  table = Table(title='classes of the joined sets')
  for column in ('set', 'class there', 'class here', 'clips'):
    table.add_column(column, justify='right' if column == 'clips' else 'left')
  for database, classes in sets.items():
    table.add_section()
    for number, (original, name, count) in enumerate(classes):
      first = database if number == 0 else ''
      table.add_row(first, original, name or Text('left out', 'bold'), f'{count:,}')
  console.print(table)
  rows = [row for classes in sets.values() for row in classes]
  left_out = sum(count for _, name, count in rows if not name)
  every = sum(count for _, _, count in rows)
  console.print(f'left out: {left_out:,} of {every:,} clips', highlight=False)


def print_network(
  console: Console, name: str, layers: Sequence[tuple[str, ...]], parts: dict[str, int]
) -> None:
  """Prints conv layers as in Yu et al. 2018, table 1, and each part's parameters."""
  if layers:
    table = Table(title='convolutions')
    for column in ('layer', 'kernel', 'input', 'output', 'MSPP'):
      table.add_column(column)
    for row in layers:
      table.add_row(*row)
    console.print(table)
  table = Table(title=f'{name}: {sum(parts.values()):,} parameters')
  table.add_column('part')
  table.add_column('parameters', justify='right')
  for part, count in parts.items():
    table.add_row(part, f'{count:,}')
  console.print(table)


class Scoreboard(NamedTuple):
  """The scores of a run, ready to be printed.

  Attributes:
    columns: headings; the first column names the rows, the others hold numbers.
    groups: of rows; a line separates them.
    lines: printed below the table.
  """

  columns: Sequence[str]
  groups: Sequence[Sequence[Sequence[str | Text]]]
  lines: Sequence[str]


def print_scoreboard(
  console: Console,
  board: Scoreboard,
  summary: dict,
  workdir: pathlib.Path,
  files: Sequence[str],
) -> None:
  """Prints the scores of a run, and where its files lie: their names in `workdir`."""
  count = summary['trials']
  title = f'{summary["model"]}, {count} trial{"s" * (count != 1)}'
  table = Table(title=title)
  for number, column in enumerate(board.columns):
    table.add_column(column, justify='right' if number else 'left')
  for group in board.groups:
    table.add_section()
    for row in group:
      table.add_row(*row)
  console.print(table)
  for line in board.lines:
    console.print(line, highlight=False)
  where = f'{workdir}/{", ".join(files)}'
  console.print(f'results: {where}', highlight=False, soft_wrap=True)


def print_untested(console: Console, trained_on: str, workdir: pathlib.Path) -> None:
  """Prints that a run has no scores, and where its models lie."""
  console.print(trained_on)
  console.print(f'models: {workdir}/models', highlight=False, soft_wrap=True)
