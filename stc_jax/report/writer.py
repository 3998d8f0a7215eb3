"""Writes the report of runs, studies and tests: page, model card, tables, figures."""

import itertools
import pathlib
from collections.abc import Iterable, Sequence

from stc_jax.report import collect, html_report, section, strips, tests_table
from stc_jax.report.html_report import Section
from stc_jax.report.report_folder import ReportFolder
from stc_jax.tasks.table import Table

_ENDS = {'md': 'markdown', 'csv': 'csv', 'tex': 'latex'}


def write(
  folders: Sequence[pathlib.Path], where: pathlib.Path, faces: bool, note: str = ''
) -> list[str]:
  """Writes index.html, MODEL_CARD.md, tables and figures.

  Args:
    folders: of runs, studies and tests.
    where: the folder of the report.
    faces: whether pictures of clips are shown.
    note: a sentence for every caption; may be empty.

  Returns:
    What is missing from the report, because it isn't finished.

  Raises:
    InputError: there is no finished run or test, or a file can't be read.
  """
  out = ReportFolder(where)
  tests, folders, missing = tests_table.finished_tests(folders)
  tables = tests_table.tests_tables(tests, note)
  runs = []
  if folders or not tests:
    runs, unfinished = collect.finished_runs(folders)
    missing += unfinished
  runs.sort(key=lambda run: run.dataset_key)  # stable: each dataset's keep their order
  of_sets = [
    list(g) for _, g in itertools.groupby(runs, key=lambda run: run.dataset_key)
  ]
  most = strips.BYTES // max(len(of_sets), 1) if faces else 0
  sections = [section.section(of_one, most, note) for of_one in of_sets]
  for number, one in enumerate(sections, start=1):
    below = str(number) if len(sections) > 1 else ''
    _write_tables(one.tables.values(), out, below)
    _write_pictures(one, out, below)
  _write_tables(tables, out, '')
  if sections:
    out.write('MODEL_CARD.md', html_report.model_card(sections))
  out.write('index.html', html_report.html(sections, missing, tables))
  out.finish()
  return missing


def _write_tables(tables: Iterable[Table], out: ReportFolder, below: str) -> None:
  """Writes tables in each form, into the folder `below` of theirs."""
  for table in tables:
    for end, form in _ENDS.items():
      path = pathlib.PurePosixPath('tables', below, f'{table.name}.{end}')
      out.write(str(path), getattr(table, form)())


def _write_pictures(one: Section, out: ReportFolder, below: str) -> None:
  """Writes the figures, into the folder `below` of theirs."""
  for picture in one.pictures:
    path = pathlib.PurePosixPath('figures', below, f'{picture.name}.svg')
    out.write(str(path), picture.svg)
