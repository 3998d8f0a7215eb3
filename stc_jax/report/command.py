"""What `python -m stc_jax.report` does, once its flags are read."""

import itertools
import pathlib
from collections.abc import Sequence

from rich.console import Console

from stc_jax.console import terminal
from stc_jax.report import collect, page, section, strips
from stc_jax.report.page import Section
from stc_jax.report.report_folder import ReportFolder

_ENDS = {'md': 'markdown', 'csv': 'csv', 'tex': 'latex'}


def main(folders: Sequence[str], out: str, faces: bool, note: str) -> None:
  """Writes the report of runs and studies, and prints where.

  Args:
    folders: of runs and studies.
    out: where to; '': `report` in the first folder.
    faces: whether pictures of clips are shown.
    note: a sentence for every caption; may be empty.

  Raises:
    InputError: there is no finished run in them, or a file can't be read.
  """
  paths = [pathlib.Path(folder) for folder in folders]
  where = pathlib.Path(out) if out else paths[0] / 'report'
  write(paths, where, faces, note, terminal.console())


def write(
  folders: Sequence[pathlib.Path],
  where: pathlib.Path,
  faces: bool,
  note: str,
  console: Console,
) -> None:
  """Writes index.html, MODEL_CARD.md, tables and figures; see `main`."""
  out = ReportFolder(where)
  runs, missing = collect.finished_runs(folders)
  for words in missing:
    console.print(f'not in the report: {words}', highlight=False, soft_wrap=True)
  runs.sort(key=lambda run: run.told)  # stable: each dataset's keep their order
  of_sets = [list(g) for _, g in itertools.groupby(runs, key=lambda run: run.told)]
  most = strips.BYTES // len(of_sets) if faces else 0
  sections = [section.section(of_one, most, note) for of_one in of_sets]
  for number, one in enumerate(sections, start=1):
    _write_files(one, out, str(number) if len(sections) > 1 else '')
  out.write('MODEL_CARD.md', page.model_card(sections))
  out.write('index.html', page.html(sections, missing))
  out.finish()
  console.print(f'report: {where}/index.html', highlight=False, soft_wrap=True)


def _write_files(one: Section, out: ReportFolder, below: str) -> None:
  """Writes tables and figures, into folders of this name in theirs."""
  for table in one.tables.values():
    for end, form in _ENDS.items():
      path = pathlib.PurePosixPath('tables', below, f'{table.name}.{end}')
      out.write(str(path), getattr(table, form)())
  for picture in one.pictures:
    path = pathlib.PurePosixPath('figures', below, f'{picture.name}.svg')
    out.write(str(path), picture.svg)
