"""The launch files, with each recipe."""

import dataclasses
import importlib
import json
import os
import pathlib
import sys

import pytest
from absl import flags
from command import fails
from ml_collections import config_flags

from stc_jax.cli import arguments
from stc_jax.errors import InputError
from stc_jax.launch import (
  bp4d,
  ck_plus,
  default,
  joined,
  recipes,
  study,
  synthetic_study,
)
from stc_jax.runs.config import from_sections
from stc_jax.runs.study import experiments

FILES = pathlib.Path(default.__file__).parent.glob('*.py')
OTHERS = {'__init__', 'default', 'recipes', 'study', 'synthetic_study'}
NAMES = sorted({path.stem for path in FILES} - OTHERS)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('recipe', recipes.RECIPES)
def test_every_launch_file_takes_every_recipe(name, recipe):
  launch = importlib.import_module(f'stc_jax.launch.{name}')
  experiment = from_sections(launch.get_config(recipe).to_dict())
  detects = name in ('bp4d', 'synthetic_aus')
  assert (experiment.task.kind == 'detection') == detects
  assert experiment.input.per_frame == detects


def test_the_reading_that_learns_is_the_letter_but_for_five_fields():
  letter, learns = (ck_plus.get_config(r) for r in ('paper', 'paper_learns'))
  differ = {
    f'{section}.{field}'
    for section in ('input', 'protocol', 'task', 'training', 'stc_nlstm')
    for field in letter[section]
    if letter[section][field] != learns[section][field]
  }
  assert differ == {
    'training.stages',
    'training.batch_size',
    'training.momentum',
    'stc_nlstm.gate_bias',
    'stc_nlstm.pyramid_norm',
  }


def test_a_neutral_class_needs_labels_and_subjects_apart():
  for launch, fields, named in (
    (bp4d, {}, "task.kind is 'detection'"),
    (ck_plus, {'unit': 'sequence'}, 'protocol.unit=subject'),
  ):
    config = launch.get_config()
    config.dataset.neutral_share = 0.2
    config.protocol.update(fields)
    with pytest.raises(InputError, match=named):
      from_sections(config.to_dict())


def test_the_identity_of_a_run_of_one_set_knows_nothing_of_joined_sets():
  experiment = from_sections(ck_plus.get_config().to_dict())
  own = {'name', 'builder_config', 'strongest_frame', 'neutral_share'}
  decisive = experiment.decisive()
  assert decisive['dataset'].keys() == own
  execution = {'execution': dataclasses.asdict(experiment.execution)}
  assert from_sections(decisive | execution) == experiment
  several = from_sections(joined.get_config().to_dict())
  assert several.decisive()['dataset'].keys() == own | {'names', 'classes', 'balanced'}
  again = json.loads(json.dumps(several.decisive()))
  assert from_sections(again | execution) == several


def test_joined_sets_are_of_clips_with_labels():
  config = bp4d.get_config()
  config.dataset.update(name='', names=('bp4d', 'mmi'))
  with pytest.raises(InputError, match=r'^dataset\.names: is of clips with labels'):
    from_sections(config.to_dict())


def test_the_study_names_runs_that_can_be_started():
  configs = {which: synthetic_study.get_config(which) for which in study.STUDIES}
  runs = {which: experiments(config.to_dict()) for which, config in configs.items()}
  methods = [one.model for one in runs['methods'].values()]
  assert methods == ['stc', 'stc_lstm', 'stc_slstm', 'densenet', *2 * ['stc_nlstm']]
  depths = [len(one.network.architecture.convs) for one in runs['layers'].values()]
  assert depths == [3, 5, 7]
  names = list(runs['methods'])
  assert names[-1] == 'STC-NLSTM'
  assert list(runs['all']) == [*names, '3 layers', '7 layers']
  filters = {
    conv.filters for conv in runs['layers']['7 layers'].network.architecture.convs
  }
  assert filters == {16}


def test_a_launch_file_is_found_by_name_from_any_folder(monkeypatch, tmp_path):
  ours = pathlib.Path(default.__file__).parent / 'mmi.py'
  monkeypatch.chdir(tmp_path)
  for given in ('mmi', 'mmi.py', 'launch/mmi.py', str(ours)):
    assert arguments.prepared(['x', f'--config={given}:paper']) == [
      'x',
      f'--config={ours}:paper',
    ]
  (tmp_path / 'mmi.py').write_text('')
  for theirs in ('mmi.py', 'other', '/elsewhere/launch/mmi.py'):
    assert arguments.prepared(['--config', theirs]) == [f'--config={theirs}']


def test_a_launch_file_runs_outside_the_clone(tmp_path):
  ours = pathlib.Path(default.__file__).parent / 'mmi.py'
  environment = os.environ | {'PYTHONPATH': str(pathlib.Path().resolve())}
  for given in ('mmi', str(ours)):
    argv = ('stc_jax.main', f'--config={given}', '--config.execution.data_dir=none')
    fails(*argv, naming='--dataset=mmi', cwd=tmp_path, env=environment)


@pytest.mark.filterwarnings('ignore:the load_module')  # of ml_collections
def test_a_field_that_is_set_twice_has_its_last_value(monkeypatch):
  values = flags.FlagValues()
  argv = [
    'x',
    '--config=launch/bp4d.py',
    '--config.task.aus=(1, 2)',
    '--config.input.frames=4',
    '--config.task.aus',
    '(12,)',
    '--config.input.frames=5',
    '--',
    '--config.input.frames=6',
  ]
  prepared = arguments.prepared(argv)
  monkeypatch.setattr(sys, 'argv', prepared)
  found = config_flags.DEFINE_config_file('config', flag_values=values)
  values(prepared)
  assert found.value.task.aus == (12,)
  assert found.value.input.frames == 5
  assert prepared[-2:] == argv[-2:]


@pytest.mark.parametrize(
  ('launch', 'field', 'kind'),
  [
    (ck_plus, 'task.positive_weight', {}),
    (bp4d, 'task.logit_adjustment', {}),
    (bp4d, 'dataset.strongest_frame', {}),
    (ck_plus, 'protocol.folds', {'kind': 'given'}),
    (ck_plus, 'protocol.unit', {'kind': 'fixed'}),
    (ck_plus, 'protocol.repeats', {'kind': 'all'}),
  ],
)
def test_a_field_that_nothing_reads_is_refused(launch, field, kind):
  config = launch.get_config()
  config.protocol.update(kind)
  sections = config.to_dict()
  from_sections(sections)
  with pytest.raises(InputError, match=rf'^{field}: set, but .*\.kind is'):
    from_sections(sections, [field])


def test_positive_weight_of_a_launch_file_is_refused_in_classification():
  config = ck_plus.get_config()
  config.task.positive_weight = 'balanced'
  with pytest.raises(InputError, match=r'^task\.positive_weight'):
    from_sections(config.to_dict())
