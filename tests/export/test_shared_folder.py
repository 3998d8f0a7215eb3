"""A model as a folder to pass on."""

import dataclasses
import json

import numpy as np
import pytest
import untrained

from stc_jax.bundle import bundle_folder, purpose
from stc_jax.errors import InputError
from stc_jax.export import licences, shared_folder
from stc_jax.predict.model import load

SUBJECTS = {'crema_d': ('1001',), 'clip_folder/mine': ('anna',)}


@pytest.fixture
def run(tmp_path):
  """A folder with two models of one run."""
  for seed in range(2):
    one = untrained.bundle('stc', {}, {}, seed)
    one = dataclasses.replace(one, subjects=SUBJECTS)
    bundle_folder.save(tmp_path / 'run' / 'models' / f'0-{seed}', one)
  return tmp_path / 'run'


def test_it_answers_as_the_run_does_and_names_nobody(run, tmp_path):
  shared = tmp_path / 'shared'
  for _ in range(2):  # in place of an earlier one
    assert len(shared_folder.write(str(run), shared)) == 2
  frames = np.random.default_rng(0).integers(0, 255, (5, 19, 26, 3), np.uint8)
  np.testing.assert_array_equal(load(shared)(frames), load(run)(frames))
  for path in shared.rglob('*'):
    assert path.is_dir() or b'anna' not in path.read_bytes()
  text = (shared / 'README.md').read_text(encoding='utf-8')
  assert text.startswith('---\nlicense: other\nlibrary_name: stc_jax\n')
  assert 'clip_folder, crema_d' in text
  assert 'Open Database License' in text
  assert 'people in the clips' in text


def test_one_model_lies_at_the_top(run, tmp_path):
  shared_folder.write(str(run / 'models' / '0-1'), tmp_path / 'shared')
  names = {path.name for path in (tmp_path / 'shared').iterdir()}
  assert names == {'README.md', 'bundle.json', 'config.json', 'weights.safetensors'}
  assert 'subjects' not in json.loads((tmp_path / 'shared/bundle.json').read_text())


def test_another_folder_is_not_replaced(run, tmp_path):
  (tmp_path / 'mine').mkdir()
  with pytest.raises(InputError, match=r'mine: holds no shared model'):
    shared_folder.write(str(run), tmp_path / 'mine')


def test_a_model_that_was_started_from_has_a_say():
  first = {'dataset': {'name': 'ck_plus/six/1.0.0'}}
  second = {'dataset': {'name': 'ravdess/all/1.0.0'}, 'start_from': first}
  one = untrained.bundle('stc', {}, {})
  started = one.provenance | {'start_from': second}
  one = dataclasses.replace(one, provenance=started, subjects={'crema_d': ('1001',)})
  assert purpose.datasets_of(one) == ['ck_plus', 'crema_d', 'ravdess']


@pytest.mark.parametrize(
  ('datasets', 'name', 'terms'),
  [
    (['synthetic_faces'], 'apache-2.0', 'may be passed on'),
    (['ck_plus', 'mmi'], 'other', 'Do not pass'),
    (['crema_d', 'ravdess'], 'other', 'CC BY-NC-SA'),
    (['mine'], 'other', 'people in the clips'),
  ],
)
def test_the_licence_is_that_of_the_training_data(datasets, name, terms):
  found = licences.licence_of(datasets)
  assert found.name == name
  assert terms in found.terms
