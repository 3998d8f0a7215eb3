"""The prepared set of a name, and the error if there is none."""

import json

import pytest
import small_run
import tensorflow_datasets as tfds

from stc_jax.data import catalogue, preparation
from stc_jax.errors import InputError


class FixedConfigs(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  VERSION = tfds.core.Version('1.0.0')
  BUILDER_CONFIGS = (
    tfds.core.BuilderConfig(name='one'),
    tfds.core.BuilderConfig(name='two'),
  )
  _info = _split_generators = _generate_examples = None


def test_the_newest_version_is_opened(tmp_path):
  small_run.write_clips(tmp_path / 'clips', small_run.SUBJECTS[:2])
  data_dir = tmp_path / 'data'
  preparation.prepare('clip_folder', '', str(data_dir), str(tmp_path / 'clips'))
  folder = data_dir / 'clip_folder' / 'default'
  for version in ('1.9.0', '1.10.0'):
    (folder / version).mkdir()
    for file in (folder / '1.1.0').iterdir():
      (folder / version / file.name).write_bytes(file.read_bytes())
    info = json.loads((folder / version / 'dataset_info.json').read_text())
    info['version'] = version
    (folder / version / 'dataset_info.json').write_text(json.dumps(info))
  (folder / '2.0.0.incompleteABCDEF').mkdir()
  builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
  assert str(builder.version) == '1.10.0'


def test_only_an_older_edition_is_not_current(tmp_path):
  def current(config, version):
    (tmp_path / 'synthetic_faces' / config / version).mkdir(parents=True)
    return catalogue.is_current('synthetic_faces', config, str(tmp_path))

  assert not catalogue.is_current('synthetic_faces', 'neutral_to_apex', str(tmp_path))
  assert not current('neutral_to_apex', '1.0.0')
  assert current(
    'neutral_to_apex', str(catalogue.builder_class('synthetic_faces').VERSION)
  )
  assert current('neutral_to_apex', '99.0.0')
  assert current('of_ones_own', '1.0.0')


def test_what_is_not_prepared_is_told_by_its_command(tmp_path, monkeypatch):
  where = tmp_path / 'my data'
  with pytest.raises(InputError, match='is not prepared') as caught:
    catalogue.prepared_builder('clip_folder', 'study', str(where))
  assert str(caught.value).endswith(
    'python -m stc_jax.prepare --dataset=clip_folder --builder_config=study '
    f"--data_dir='{where}' --manual_dir=FOLDER"
  )
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  with pytest.raises(InputError, match=f'not prepared in {tmp_path};'):
    catalogue.prepared_builder('clip_folder')
  with pytest.raises(InputError, match='unknown dataset'):
    catalogue.prepared_builder('../clip_folder', '', str(where))


def test_an_unknown_config_names_the_known(tmp_path, monkeypatch):
  monkeypatch.setattr(catalogue, 'builder_class', lambda _: FixedConfigs)
  for act in (preparation.prepare, catalogue.prepared_builder):
    with pytest.raises(
      InputError, match="no builder config 'three'; known are one, two"
    ):
      act('fixed_configs', 'three', str(tmp_path))
  with pytest.raises(InputError, match='is made without files'):
    preparation.prepare('fixed_configs', 'one', str(tmp_path), manual_dir='.')


def test_options_are_fields_of_the_builder_config(tmp_path):
  names = [option.name for option in catalogue.options('mmi')]
  assert (names[0], names[-1]) == ('align', 'sessions_file')
  assert not catalogue.options('synthetic_faces')
  with pytest.raises(InputError, match=r'--align: synthetic_faces has no such option'):
    preparation.prepare('synthetic_faces', '', str(tmp_path), options={'align': 'none'})
  chosen = {'align': 'none', 'roll': 'level'}
  with pytest.raises(InputError, match=r'--roll: only goes with --align=mtcnn'):
    preparation.prepare('mmi', '', str(tmp_path), options=chosen)
