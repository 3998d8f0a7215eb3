"""The matrix of laboratories: finished cells are kept, and the means are right."""

import json

import pytest

from benchmarks import laboratory_cells, laboratory_tables

NAMES = 'a', 'b'


@pytest.fixture
def cells(tmp_path):
  """A recipe's folder with seed 0 complete, and seed 1 with one row."""
  found = {'a-a': 0.9, 'a-b': 0.5, 'b-a': 0.3, 'b-b': 0.8}
  for seed, names in (('0', found), ('1', ('a-a', 'a-b'))):
    (tmp_path / 'recipe' / seed).mkdir(parents=True)
    for name in names:
      place = tmp_path / 'recipe' / seed / f'{name}.json'
      place.write_text(json.dumps({'accuracy': found[name]}))
  return tmp_path


def test_means_on_and_off_the_diagonal(cells):
  first, second, _ = laboratory_tables.means(cells / 'recipe', NAMES)
  assert first.startswith('seed 0, 2 of 2 rows: own laboratory 85.0%, others 40.0%')
  assert second.startswith('seed 1, 1 of 2 rows')


def test_seeds_that_are_not_complete_count_in_no_mean(cells):
  *_, last = laboratory_tables.means(cells / 'recipe', NAMES)
  assert last.endswith('1 complete seed: own laboratory 85.0%, others 40.0%')


def test_a_table_shows_floors_and_leaves_missing_cells_empty(cells):
  floors = {'floor_accuracy': 0.6, 'temporal_floor_accuracy': 0.7}
  (cells / 'floors').mkdir()
  (cells / 'floors' / 'a-b.json').write_text(json.dumps(floors))
  lines = laboratory_tables.table(cells / 'recipe' / '1', NAMES, cells).splitlines()
  assert '50.0% (60.0%, 70.0%)' in lines[2]
  assert lines[3] == '| b |  |  |'


def test_a_finished_cell_is_not_measured_again(cells, monkeypatch):
  def fail(*_):
    raise AssertionError('measured again')

  monkeypatch.setattr(laboratory_cells, 'fit_floors', fail)
  (cells / 'floors').mkdir()
  (cells / 'floors' / 'a-b.json').write_text('{}')
  # There is no run to load a model from.
  laboratory_cells.test(cells / 'recipe' / '0' / 'a', 'a', 'b', cells)
  with pytest.raises(AssertionError, match='measured again'):
    laboratory_cells.test(cells / 'recipe' / '0' / 'a', 'a', 'a', cells)


def test_cells_below_a_floor_are_named(cells):
  (cells / 'floors').mkdir()
  for name, floor in (('a-a', 0.95), ('a-b', 0.4), ('b-a', 0.1), ('b-b', 0.1)):
    content = {'floor_accuracy': floor, 'temporal_floor_accuracy': 0.2}
    (cells / 'floors' / f'{name}.json').write_text(json.dumps(content))
  found = laboratory_tables.below_floors(cells / 'recipe', NAMES, cells)
  assert found == ['a in a']
