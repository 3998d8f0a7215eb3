"""A dataset that is added as the site says is prepared and trained on."""

import json
import pathlib
import shutil

import pytest
from command import succeeds

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent


@pytest.fixture
def program(tmp_path) -> pathlib.Path:
  """A copy of the program with one dataset more."""
  home = tmp_path / 'program'
  for folder in ('stc_jax', 'datasets', 'launch'):
    shutil.copytree(ROOT / folder, home / folder)
  own = home / 'datasets' / 'squares'
  own.mkdir()
  (own / '__init__.py').touch()
  (own / 'README.md').write_text('Squares.\n')
  (own / 'TAGS.txt').write_text('content.data-type.video: Contains video data.\n')
  (own / 'CITATIONS.bib').touch()
  shutil.copy(HERE / 'squares_dataset_builder.py', own)
  shutil.copy(HERE / 'squares.py', home / 'launch')
  return home


@pytest.mark.slow
def test_a_dataset_added_as_the_site_says_is_trained_on(program, environment, tmp_path):
  options = {'env': environment | {'PYTHONPATH': str(program)}, 'cwd': program}
  data, run = tmp_path / 'data', tmp_path / 'run'
  succeeds('stc_jax.prepare', '--dataset=squares', f'--data_dir={data}', **options)
  command = ('--config=launch/squares.py', f'--config.execution.data_dir={data}')
  steps = '--config.training.stages=((60, 0.002),)'
  succeeds('stc_jax.main', *command, steps, f'--workdir={run}', **options)
  summary = json.loads((run / 'summary.json').read_text())
  assert summary['trials'] == 2
  assert summary['accuracy_mean'] > 0.7
