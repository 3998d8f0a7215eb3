"""Tests of finished models: a row for each model, columns for each tested set."""

import pathlib
from collections import Counter
from collections.abc import Sequence

from stc_jax.errors import InputError
from stc_jax.run_folder import finished_test, layout
from stc_jax.run_folder.finished_test import FinishedTest
from stc_jax.tasks.table import Table, percent

_NOTES = """\
Rows: the set that a model was trained on, and its name. Columns: the set that it was
tested on, and the score in percent. Where both are the same, each clip was tested by a
model that left it out. The better floor is of two linear SVMs on HOG features, fitted
on the training set and tested on the same clips; it is empty where that set wasn't at
hand."""
_SHORT = 6  # letters of a digest


def finished_tests(
  folders: Sequence[pathlib.Path],
) -> tuple[list[FinishedTest], list[pathlib.Path], list[str]]:
  """Returns the finished tests, the other folders, and a line on each bad test.

  A test that is named twice is taken once.
  """
  found: dict[pathlib.Path, FinishedTest] = {}
  others, missing = [], []
  for folder in folders:
    if not layout.is_test(folder):
      others.append(folder)
      continue
    try:
      found.setdefault(folder.resolve(), finished_test.read(folder))
    except InputError as error:
      missing.append(f'{folder.name}: {error}')
  return list(found.values()), others, missing


def tests_tables(tests: Sequence[FinishedTest], note: str) -> list[Table]:
  """One table for each task."""
  kinds = dict.fromkeys(test.identity['task'] for test in tests)
  found = [[t for t in tests if t.identity['task'] == kind] for kind in kinds]
  return [
    _table(own, kind if len(kinds) > 1 else '', note)
    for kind, own in zip(kinds, found, strict=True)
  ]


def _table(tests: Sequence[FinishedTest], kind: str, note: str) -> Table:
  """All tests of one task."""
  cells: dict[tuple[str, str], dict[str, float | None]] = {}
  columns = _without_versions([test.identity['tested_on'] for test in tests])
  for test, row in zip(tests, _rows(tests), strict=True):
    place = row, columns[test.identity['tested_on']]
    if place in cells:  # as with other names of classes
      place = f'{row}, {test.folder.name}', place[1]
    cells[place] = test.task.table_scores(test.summary)
  kept = list(dict.fromkeys((c, name) for (_, c), own in cells.items() for name in own))
  kept.sort(key=lambda pair: list(columns.values()).index(pair[0]))  # stable
  rows = dict.fromkeys(row for row, _ in cells)
  return Table(
    f'tests_{kind}' if kind else 'tests',
    'Tests of finished models: scores in percent',
    ['trained on: model', *(f'{column}: {name}' for column, name in kept)],
    [
      [row, *(percent(cells.get((row, column), {}).get(name)) for column, name in kept)]
      for row in rows
    ],
    f'{_NOTES} {note}'.strip(),
  )


def _rows(tests: Sequence[FinishedTest]) -> list[str]:
  """The name of each test's row; other models have other names."""
  short = _without_versions([test.identity['trained_on'] for test in tests])
  own = [f'{short[t.identity["trained_on"]]}: {t.identity["model"]}' for t in tests]
  digests = [tuple(sorted(test.identity['bundles'].values())) for test in tests]
  models = {
    name: {d for n, d in zip(own, digests, strict=True) if n == name} for name in own
  }
  return [
    f'{name} ({digest[0][:_SHORT]})' if len(models[name]) > 1 else name
    for name, digest in zip(own, digests, strict=True)
  ]


def _without_versions(titles: Sequence[str]) -> dict[str, str]:
  """Datasets and configs of sets, by their full names; versions where they differ."""
  every = dict.fromkeys(titles)
  short = {
    title: ' + '.join(one.rpartition('/')[0] for one in title.split(' + '))
    for title in every
  }
  times = Counter(short.values())
  return {title: title if times[own] > 1 else own for title, own in short.items()}
