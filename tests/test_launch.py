"""The launch files, with each recipe."""

import importlib
import pathlib

import pytest

from launch import ck_plus, default
from stc_jax.runs.config import from_sections

FILES = pathlib.Path(default.__file__).parent.glob('*.py')
NAMES = sorted({path.stem for path in FILES} - {'default'})


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('recipe', default.RECIPES)
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
