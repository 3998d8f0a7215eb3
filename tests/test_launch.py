"""The launch files, with each recipe."""

import importlib
import pathlib

import pytest

from launch import bp4d, ck_plus, default, recipes, study, synthetic_study
from stc_jax.errors import InputError
from stc_jax.runs.config import from_sections
from stc_jax.runs.study import experiments

FILES = pathlib.Path(default.__file__).parent.glob('*.py')
OTHERS = {'default', 'recipes', 'study', 'synthetic_study'}
NAMES = sorted({path.stem for path in FILES} - OTHERS)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('recipe', recipes.RECIPES)
def test_every_launch_file_takes_every_recipe(name, recipe):
  launch = importlib.import_module(f'launch.{name}')
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
