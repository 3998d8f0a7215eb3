import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from small import configs

from stc_jax.errors import InputError
from stc_jax.models import notation, shapes, stc
from stc_jax.models.config import DTYPES
from stc_jax.models.registry import MODELS, build

# Half the time to compile, and the same sums.
FAST = {
  'xla_backend_optimization_level': 0,
  'xla_llvm_disable_expensive_passes': True,
}


def small(name, **fields):
  """The section of a model, with the small configuration's values."""
  kind = MODELS[name].config
  values = dataclasses.asdict(dataclasses.replace(configs.SMALL, **fields))
  values |= {'growth': 4, 'depth': 10}
  return kind(**{field.name: values[field.name] for field in dataclasses.fields(kind)})


def first_logits(name, config, video):
  model = build(name, config, 4)
  return model.init_with_output(jax.random.key(0), video, train=False)[0]


def logits_like(name, config, *shape):
  """Shape and dtype of the logits, without computing any."""
  video = jax.ShapeDtypeStruct(shape, jnp.float32)
  return jax.eval_shape(functools.partial(first_logits, name, config), video)


def params_of(name, config):
  return shapes.variables(build(name, config, 4), configs.SMALL_VIDEO)['params']


@pytest.mark.parametrize('name', MODELS)
@pytest.mark.parametrize('dtype', DTYPES)
def test_every_model_gives_float32_logits_from_float32_params(name, dtype):
  config = small(name, dtype=dtype)
  logits = logits_like(name, config, 2, 5, 19, 26, 3)
  assert logits.shape == (2, 4)
  assert logits.dtype == jnp.float32
  params = params_of(name, config)
  assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {jnp.dtype('float32')}


@pytest.mark.parametrize('name', MODELS)
def test_a_clip_does_not_depend_on_its_batch(name):
  apply = functools.partial(first_logits, name, small(name))
  apply = jax.jit(apply, compiler_options=FAST)
  video = jax.random.normal(jax.random.key(1), (3, 5, 19, 26, 3))
  np.testing.assert_allclose(apply(video)[1:2], apply(video[1:2]), atol=1e-6)


@pytest.mark.parametrize('name', ['stc', 'stc_lstm', 'stc_slstm', 'stc_nlstm'])
def test_fc_layers_of_the_notation_stand_before_the_softmax(name):
  without, with_two = 'C(3,8)-P2-S', 'C(3,8)-P2-FC18-FC7-S'
  plain = params_of(name, small(name, notation=without))
  params = params_of(name, small(name, notation=with_two))
  assert set(params) - set(plain) == {'hidden1', 'hidden2'}
  assert params['hidden1']['kernel'].shape == (plain['fc']['kernel'].shape[0], 18)
  assert params['hidden2']['kernel'].shape == (18, 7)
  assert params['fc']['kernel'].shape == (7, 4)


@pytest.mark.parametrize('readout', ['last', 'mean'])
@pytest.mark.parametrize('name', ['stc_lstm', 'stc_slstm', 'stc_nlstm'])
def test_a_short_clip_is_read_as_if_nothing_were_repeated(name, readout):
  config = small(name, notation='C(1,4)-P2-S', lstm_readout=readout)
  model, letter = (
    build(name, dataclasses.replace(config, lstm_readout=which), 4)
    for which in (readout, 'last_padded')
  )
  short = jax.random.normal(jax.random.key(1), (2, 3, 8, 8, 3))
  padded = short[:, [0, 1, 2, 2, 2]]
  variables = model.init(jax.random.key(0), padded, train=False)
  lengths = jnp.array([3, 3])
  ours = model.apply(variables, padded, lengths, train=False)
  unpadded = model.apply(variables, short, train=False)
  np.testing.assert_allclose(ours, unpadded, atol=1e-6)
  repeated = letter.apply(variables, padded, lengths, train=False)
  assert np.abs(ours - repeated).max() > 1e-4


def test_hidden_layers_have_the_model_s_activation():
  video = jax.random.normal(jax.random.key(1), (2, 5, 19, 26, 3))
  relu, tanh = (
    first_logits('stc', small('stc', notation='C(3,2)-FC9-S', activation=name), video)
    for name in ('relu', 'tanh')
  )
  assert np.abs(relu - tanh).max() > 1e-3


@pytest.mark.parametrize('frames', [1, 11])
@pytest.mark.parametrize('layers', [1, 4])
def test_any_length_and_number_of_layers(frames, layers):
  text = '-'.join(['C(3,4)'] * layers) + '-S'
  config = dataclasses.replace(configs.SMALL, notation=text)
  assert len(notation.parse(text).convs) == layers
  assert logits_like('stc_nlstm', config, 1, frames, 16, 16, 3).shape == (1, 4)


def test_parameter_counts_of_the_paper_model():
  model = build('stc_nlstm', configs.PAPER, 6)
  counts = shapes.parameter_counts(model, configs.VIDEO)
  conv = [27 * 3 * 64 + 128, 27 * 64 * 64 + 128] + 3 * [27 * 64 * 64 + 64]
  lstm = [4 * 128 * (d + 128 + 1) for d in (5376, 128)]
  assert counts == {
    'trunk': sum(conv),
    't_lstm': 5 * sum(lstm),
    'c_lstm': 2 * lstm[1],
    'hidden1': 129 * 18,
    'fc': 19 * 6,
  }


@pytest.mark.parametrize('name', ['stc_slstm', 'stc_nlstm'])
def test_unequal_widths_are_refused(name):
  with pytest.raises(InputError, match=r'^notation: .*\[4, 8\]'):
    small(name, notation='C(3,4)-C(3,8)-S')


@pytest.mark.parametrize(
  ('field', 'value'),
  [
    ('activation', 'swish'),
    ('dtype', 'float8'),
    ('dropout', 1.0),
    ('lstm_width', 0),
    ('lstm_readout', 'first'),
    ('levels', (4, 4)),
  ],
)
def test_a_bad_field_is_named(field, value):
  with pytest.raises(InputError, match=f'^{field}: '):
    dataclasses.replace(configs.SMALL, **{field: value})


def test_activation_before_the_norm_leaves_normalised_maps():
  config = dataclasses.replace(
    configs.SMALL, notation='C(3,4)-BN-S', activation_place='before_norm'
  )
  video = jax.random.normal(jax.random.key(1), (3, 4, 8, 8, 3))
  (features,), _ = stc.trunk_of(config).init_with_output(
    jax.random.key(0), video, train=True
  )
  np.testing.assert_allclose(features.maps.mean(axis=(0, 1, 2, 3)), 0, atol=1e-5)
  np.testing.assert_allclose(features.maps.std(axis=(0, 1, 2, 3)), 1, atol=1e-2)
