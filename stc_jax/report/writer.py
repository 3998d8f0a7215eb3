"""Writes the report of runs and studies: page, model card, tables, figures."""

import itertools
import pathlib
from collections.abc import Sequence

from stc_jax.report import collect, html_report, section, strips
from stc_jax.report.html_report import Section
from stc_jax.report.report_folder import ReportFolder

_ENDS = {'md': 'markdown', 'csv': 'csv', 'tex': 'latex'}


def write(
  folders: Sequence[pathlib.Path], where: pathlib.Path, faces: bool, note: str = ''
) -> list[str]:
  """Writes index.html, MODEL_CARD.md, tables and figures.

  Args:
    folders: of runs and studies.
    where: the folder of the report.
    faces: whether pictures of clips are shown.
    note: a sentence for every caption; may be empty.

  Returns:
    What is missing from the report, because it isn't finished.

  Raises:
    InputError: there is no finished run in the folders, or a file can't be read.
  """
  out = ReportFolder(where)
  runs, missing = collect.finished_runs(folders)
  runs.sort(key=lambda run: run.dataset_key)  # stable: each dataset's keep their order
  of_sets = [
    list(g) for _, g in itertools.groupby(runs, key=lambda run: run.dataset_key)
  ]
  most = strips.BYTES // len(of_sets) if faces else 0
  sections = [section.section(of_one, most, note) for of_one in of_sets]
  for number, one in enumerate(sections, start=1):
    _write_files(one, out, str(number) if len(sections) > 1 else '')
  out.write('MODEL_CARD.md', html_report.model_card(sections))
  out.write('index.html', html_report.html(sections, missing))
  out.finish()
  return missing


def _write_files(one: Section, out: ReportFolder, below: str) -> None:
  """Writes tables and figures, into the folder `below` of each kind."""
  for table in one.tables.values():
    for end, form in _ENDS.items():
      path = pathlib.PurePosixPath('tables', below, f'{table.name}.{end}')
      out.write(str(path), getattr(table, form)())
  for picture in one.pictures:
    path = pathlib.PurePosixPath('figures', below, f'{picture.name}.svg')
    out.write(str(path), picture.svg)
