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
