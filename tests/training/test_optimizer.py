import dataclasses

import jax.numpy as jnp
import numpy as np
import optax
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


def test_groups_have_their_own_rates_and_a_frozen_one_stands_still():
  group_of = {'conv': 'trunk', 'rest': 'lstm', 'fc': 'classifier'}.get
  params = {part: {'kernel': jnp.full(3, 2.0)} for part in ('conv', 'rest', 'fc')}
  grads = {part: {'kernel': jnp.array([0.5, -0.2, 0.1])} for part in params}
  for name in optimizer.OPTIMIZERS:
    plain = dataclasses.replace(
      programs.TRAINING, optimizer=name, gradient_clip=0.0, stages=((9, 0.01),)
    )
    factors = (('trunk', 0.0), ('lstm', 0.25))
    grouped = dataclasses.replace(plain, rate_factors=factors)
    found = {}
    for config in (plain, grouped):
      rule = optimizer.make(config, group_of)
      own, state = params, rule.init(params)
      updates = {}
      for _ in range(2):
        updates, state = rule.update(grads, state, own)
        own = optax.apply_updates(own, updates)
      found[config] = own
    one, other = found[plain], found[grouped]
    np.testing.assert_array_equal(other['conv']['kernel'], params['conv']['kernel'])
    np.testing.assert_array_equal(other['fc']['kernel'], one['fc']['kernel'])
    moved = one['rest']['kernel'] - params['rest']['kernel']
    np.testing.assert_allclose(
      other['rest']['kernel'] - params['rest']['kernel'], moved / 4, rtol=2e-2
    )


def test_a_frozen_group_has_no_part_in_the_gradient_s_norm():
  config = dataclasses.replace(
    programs.TRAINING,
    optimizer='sgd',
    momentum=0.0,
    weight_decay=0.0,
    stages=((9, 0.1),),
    rate_factors=(('conv', 0.0),),
  )
  rule = optimizer.make(config)
  params = {'conv': {'bias': jnp.zeros(1)}, 'fc': {'bias': jnp.zeros(1)}}
  grads = {'conv': {'bias': jnp.full(1, 1e6)}, 'fc': {'bias': jnp.full(1, 0.5)}}
  updates, _ = rule.update(grads, rule.init(params), params)
  np.testing.assert_allclose(updates['fc']['bias'], -0.05)


@pytest.mark.parametrize(
  ('fields', 'naming'),
  [
    ({'rate_factors': (('trunk', -1.0),)}, 'rate_factors: '),
    ({'rate_factors': (('trunk', 1.0), ('trunk', 0.0))}, 'rate_factors: '),
    ({'start_normalisation': 'none', 'start_from': 'x'}, 'start_normalisation: '),
    ({'start_normalisation': 'loaded'}, 'start_normalisation: '),
  ],
)
def test_a_bad_field_of_a_start_is_named(fields, naming):
  with pytest.raises(InputError, match=f'^{naming}'):
    dataclasses.replace(programs.TRAINING, **fields)


def test_what_is_not_set_identifies_no_run():
  own = programs.TRAINING.decisive()
  assert own.keys() == {f.name for f in dataclasses.fields(programs.TRAINING)} - {
    'start_from',
    'start_normalisation',
    'rate_factors',
  }
