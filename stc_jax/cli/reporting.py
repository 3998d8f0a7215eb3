"""Writes a report and prints where it is: for `report`, and after a study."""

import pathlib
from collections.abc import Sequence

from rich.console import Console

from stc_jax import late


def write_report(
  console: Console,
  folders: Sequence[pathlib.Path],
  where: pathlib.Path,
  faces: bool = True,
  note: str = '',
) -> None:
  """Writes the report of `folders`, and prints where it is and what it lacks."""
  for words in late.load('stc_jax.report.writer').write(folders, where, faces, note):
    console.print(f'not in the report: {words}', highlight=False, soft_wrap=True)
  console.print(f'report: {where}/index.html', highlight=False, soft_wrap=True)
