import dataclasses

import pytest

from stc_jax.launch import default
from stc_jax.models import shapes
from stc_jax.models.registry import MODELS, build


@pytest.mark.parametrize('name', MODELS)
def test_an_entry_says_what_its_module_has(name):
  entry, fields = MODELS[name], default.get_config()[name]
  config = entry.config(**fields)
  assert {field.name for field in dataclasses.fields(config)} == set(fields)
  model, video = build(name, config, 3), shapes.one_clip(3, 16, 16, 3)
  parts = shapes.variables(model, video)['params']
  assert ('trunk' in parts) == entry.has_trunk
  weights = sum(shapes.parameter_counts(model, video).values())
  assert entry.forward_flops(model, video) > weights
  assert 1 < config.least_side <= 16
