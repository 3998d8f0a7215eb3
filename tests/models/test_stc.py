import dataclasses
import functools

import configs
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.errors import InputError
from stc_jax.models import notation, shapes, stc

# Half the time to compile, and the same sums.
FAST = {
  'xla_backend_optimization_level': 0,
  'xla_llvm_disable_expensive_passes': True,
}


def first_logits(config, video, classes=4):
  model = stc.build(config, classes)
  return model.init_with_output(jax.random.key(0), video, train=False)[0]


def logits_like(config, *shape):
  """Shape and dtype of the logits, without computing any."""
  video = jax.ShapeDtypeStruct(shape, jnp.float32)
  return jax.eval_shape(functools.partial(first_logits, config), video)


@pytest.mark.parametrize('name', stc.MODELS)
@pytest.mark.parametrize('dtype', stc.DTYPES)
def test_every_model_gives_float32_logits_from_float32_params(name, dtype):
  config = dataclasses.replace(configs.SMALL, name=name, dtype=dtype)
  logits = logits_like(config, 2, 5, 19, 26, 3)
  assert logits.shape == (2, 4)
  assert logits.dtype == jnp.float32
  params = shapes.variables(config, 4)['params']
  assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {jnp.dtype('float32')}


@pytest.mark.parametrize('name', stc.MODELS)
def test_a_clip_does_not_depend_on_its_batch(name):
  config = dataclasses.replace(configs.SMALL, name=name)
  video = jax.random.normal(jax.random.key(1), (3, 5, 19, 26, 3))
  apply = jax.jit(functools.partial(first_logits, config), compiler_options=FAST)
  np.testing.assert_allclose(apply(video)[1:2], apply(video[1:2]), atol=1e-6)


@pytest.mark.parametrize('frames', [1, 11])
@pytest.mark.parametrize('layers', [1, 4])
def test_any_length_and_number_of_layers(frames, layers):
  text = f'I(16,16,{frames})' + '-C(3,4)' * layers + '-S'
  config = dataclasses.replace(configs.SMALL, notation=text)
  assert len(notation.parse(text).convs) == layers
  assert logits_like(config, 1, frames, 16, 16, 3).shape == (1, 4)


def test_parameter_counts_of_the_paper_model():
  counts = shapes.parameter_counts(configs.PAPER, 6)
  conv = [27 * 3 * 64 + 128, 27 * 64 * 64 + 128] + 3 * [27 * 64 * 64 + 64]
  lstm = [4 * 128 * (d + 128 + 1) for d in (5376, 128)]
  assert counts == {
    'trunk': sum(conv),
    't_lstm': 5 * sum(lstm),
    'c_lstm': 2 * lstm[1],
    'fc': 129 * 6,
  }


@pytest.mark.parametrize('name', ['stc_slstm', 'stc_nlstm'])
def test_unequal_widths_are_refused(name):
  config = dataclasses.replace(
    configs.SMALL, name=name, notation='I(16,16,4)-C(3,4)-C(3,8)-S'
  )
  with pytest.raises(InputError, match=r'\[4, 8\]'):
    stc.build(config, 4)


def test_activation_before_the_norm_leaves_normalised_maps():
  config = dataclasses.replace(
    configs.SMALL, notation='I(8,8,4)-C(3,4)-BN-S', activation_place='before_norm'
  )
  video = jax.random.normal(jax.random.key(1), (3, 4, 8, 8, 3))
  (features,), _ = stc.trunk_of(config).init_with_output(
    jax.random.key(0), video, train=True
  )
  np.testing.assert_allclose(features.maps.mean(axis=(0, 1, 2, 3)), 0, atol=1e-5)
  np.testing.assert_allclose(features.maps.std(axis=(0, 1, 2, 3)), 1, atol=1e-2)
