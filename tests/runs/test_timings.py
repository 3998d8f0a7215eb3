"""The times of a run, over all its starts."""

import json
import types

import pytest

from stc_jax.runs.timings import Timings


def written(workdir):
  """The sums after a start that trained 10 clips in 2 s."""
  programs = types.SimpleNamespace(compile_seconds=3.0)
  loop = types.SimpleNamespace(trained_clips=10, train_seconds=2.0)
  Timings(workdir).write(programs, loop)
  return json.loads((workdir / 'timings.json').read_text())


def test_starts_add_up(tmp_path):
  first, second = written(tmp_path), written(tmp_path)
  assert (first['trained_clips'], second['trained_clips']) == (10, 20)
  assert (first['training_seconds'], second['training_seconds']) == (2, 4)
  assert second['train_sequences_per_second'] == 5


@pytest.mark.parametrize('text', ['{', '[]', '{"trained_clips": "many"}'])
def test_a_damaged_file_stops_no_run(tmp_path, text):
  whole = written(tmp_path)
  (tmp_path / 'timings.json').write_text(text)
  assert written(tmp_path)['trained_clips'] == 10
  damaged = whole | {'trained_clips': 'many'}
  (tmp_path / 'timings.json').write_text(json.dumps(damaged))
  assert written(tmp_path)['trained_clips'] == 10
