import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from small import programs

from stc_jax.errors import InputError
from stc_jax.training import optimizer


def test_the_papers_sgd_by_hand():
  config = dataclasses.replace(
    programs.TRAINING,
    optimizer='sgd',
    momentum=0.0,
    gradient_clip=0.0,
    stages=((3, 0.0025), (2, 0.000025)),
  )
  rule = optimizer.make(config)
  params = {'conv1': {'kernel': jnp.array([2.0]), 'bias': jnp.array([2.0])}}
  grads = {'conv1': {'kernel': jnp.array([0.5]), 'bias': jnp.array([0.5])}}
  state = rule.init(params)
  for step in range(5):
    updates, state = rule.update(grads, state, params)
    rate = 0.0025 if step < 3 else 0.000025
    decayed = -rate * (0.5 + 0.0015 * 2.0)
    np.testing.assert_allclose(updates['conv1']['kernel'], decayed, rtol=1e-6)
    np.testing.assert_allclose(updates['conv1']['bias'], -rate * 0.5, rtol=1e-6)


@pytest.mark.parametrize(
  ('field', 'value'),
  [
    ('stages', ()),
    ('stages', ((0, 0.1),)),
    ('stages', ((5, -0.1),)),
    ('optimizer', 'adagrad'),
    ('batch_size', 0),
    ('weight_decay', -1.0),
  ],
)
def test_a_bad_field_is_named(field, value):
  with pytest.raises(InputError, match=f'^{field}: '):
    dataclasses.replace(programs.TRAINING, **{field: value})
