"""A finished model that training starts from is fitted to a run, or refused."""

import dataclasses
import shutil

import clip_sets
import numpy as np
import pytest
import untrained
from flax import traverse_util

from stc_jax.bundle import bundle_folder
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.errors import InputError
from stc_jax.runs import starting_bundle, starting_point
from stc_jax.runs.clip_people import ClipPeople

SUBJECTS = {'ck_plus': ('S005', 'S010'), 'clip_folder/mine': ('anna',)}


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
  """A run with one model of random weights."""
  run = tmp_path_factory.mktemp('run')
  made = dataclasses.replace(untrained.bundle('stc_nlstm', {}, {}), subjects=SUBJECTS)
  bundle_folder.save(run / 'models' / '0-0', made)
  return run


def loaded(run, names=untrained.CLASSES, network=None, size=None, launch=None):
  """The model of a run, for a run with other fields of network and input."""
  own = bundle_folder.load(run / 'models' / '0-0')
  network = dataclasses.replace(own.network, **(network or {}))
  shown: InputConfig = dataclasses.replace(own.input, **(size or {}))
  launch = dataclasses.replace(shown, **(launch or {}))
  return starting_point.load(str(run), own.model, network, names, launch, shown)


def flat_of(run):
  bundle = bundle_folder.load(run / 'models' / '0-0')
  return traverse_util.flatten_dict(bundle.variables, sep='/')


def test_the_same_outputs_are_kept_in_the_order_of_the_run(whole):
  theirs, order = flat_of(whole), [2, 0, 1]
  found = loaded(whole, tuple(untrained.CLASSES[i] for i in order))
  assert not found.new
  assert found.weights.keys() == theirs.keys()
  for name, own in found.weights.items():
    is_output = name.split('/')[1] in ('fc', 'auxiliary')
    wanted = theirs[name][..., order] if is_output else theirs[name]
    np.testing.assert_array_equal(own, wanted)
  assert sum(found.loaded.values()) == sum(
    own.size for name, own in theirs.items() if name.startswith('params/')
  )


def test_layers_of_other_outputs_are_new(whole):
  theirs = flat_of(whole)
  for names in (('anger', 'fear'), ('anger', 'fear', 'joy')):
    found = loaded(whole, names)
    new = theirs.keys() - found.weights.keys()
    assert {name.split('/')[1] for name in new} == {'fc', 'auxiliary'}
    widths = 3 + 1  # layers with deep supervision, and the main output
    assert found.new == {'classifier': widths * (6 + 1) * len(names)}
    assert found.loaded.keys() == {'trunk', 'lstm'}
    assert any('anger, fear, happiness, and here' in line for line in found.lines())


@pytest.mark.parametrize(
  ('fields', 'naming'),
  [
    (
      {'network': {'lstm_width': 7}},
      'stc_nlstm.lstm_width 6, not 7; add --config.stc_nlstm.lstm_width=6',
    ),
    ({'size': {'height': 20}}, 'input.height 19, not 20; add --config.input.height=19'),
    ({'size': {'transforms': ('gray',)}}, r"add '--config.input.transforms=\(\)'"),
    ({'size': {'frames': 4}}, 'input.frames 5, not 4; add --config.input.frames=5'),
  ],
)
def test_another_network_or_input_is_refused_with_the_flags(whole, fields, naming):
  with pytest.raises(InputError, match=rf'^training\.start_from: .*{naming}'):
    loaded(whole, **fields)


def test_what_changes_no_meaning_of_the_weights_may_differ(whole):
  loaded(whole, network={'dropout': 0.5, 'dtype': 'bfloat16', 'gate_bias': 0.0})
  loaded(whole, size={'views': ('original', 'mirrored'), 'frame_rate': 10.0})
  # No clip has as many frames as the launch file allows.
  loaded(whole, size={'frames': 4}, launch={'frames': 5})


def test_one_model_must_be_meant(whole, tmp_path):
  run = shutil.copytree(whole, tmp_path / 'run')
  shutil.copytree(run / 'models' / '0-0', run / 'models' / '0-1')
  with pytest.raises(
    InputError, match=r'has 2 models; name one of them, such as .*0-0'
  ):
    starting_bundle.found(str(run))
  with pytest.raises(InputError, match='no model there; name a bundle'):
    starting_bundle.found(str(tmp_path))
  (run / 'models' / '0-0' / 'weights.safetensors').unlink()
  with pytest.raises(InputError, match=r'0-0: a damaged model'):
    starting_bundle.identity(str(run / 'models' / '0-0'))


def test_the_files_identify_a_model_and_the_place_does_not(whole, tmp_path):
  moved = shutil.copytree(whole / 'models' / '0-0', tmp_path / 'moved')
  own = starting_bundle.identity(str(whole))
  assert starting_bundle.identity(str(moved)) == own
  assert starting_bundle.identity(own) == own
  bundle_folder.save(tmp_path / 'other', untrained.bundle('stc_nlstm', {}, {}, seed=1))
  assert starting_bundle.identity(str(tmp_path / 'other')) != own


def people_of(data_dir, *subjects: str) -> ClipPeople:
  """Those of a clip each, of joined sets; a subject is called as there."""
  databases = tuple(subject.rpartition('/')[0] for subject in subjects)
  clip_set = dataclasses.replace(
    clip_sets.random(len(subjects), classes=('anger',)),
    subjects=subjects,
    databases=databases,
  )
  dataset = DatasetConfig('', '', 'last', 0.0, tuple(sorted(set(databases))))
  return ClipPeople(dataset, str(data_dir), clip_set)


def test_a_tested_subject_of_its_training_is_refused_set_by_set(whole, tmp_path):
  start = loaded(whole)
  people = people_of(
    tmp_path, 'ck_plus/S010', 'mmi/S005', 'clip_folder/mine/anna', 'ck_plus/S011'
  )
  starting_point.check_subjects(start, people, np.array([1, 3]))
  seen = r'on 2 of .* \(ck_plus/S010; clip_folder/mine/anna\)'
  with pytest.raises(InputError, match=seen):
    starting_point.check_subjects(start, people, np.arange(4))
  union = start.with_subjects({'mmi': ('1',), 'ck_plus': ('S001', 'S005')})
  assert union == {**SUBJECTS, 'ck_plus': ('S001', 'S005', 'S010'), 'mmi': ('1',)}


def test_a_model_without_known_subjects_is_noted(whole, tmp_path):
  bundle = bundle_folder.load(whole / 'models' / '0-0')
  older = dataclasses.replace(bundle, subjects=None)
  bundle_folder.save(tmp_path / 'models' / '0-0', older)
  start = loaded(tmp_path)
  people = people_of(tmp_path, 'ck_plus/S005')
  starting_point.check_subjects(start, people, np.array([0]))
  assert any('does not say on whom' in line for line in start.lines())
