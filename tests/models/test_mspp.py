import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.models.mspp import max_pool_1x2x2, mspp_norm
from stc_jax.models.notation import Conv
from stc_jax.models.trunk import ACTIVATION_PLACES, ACTIVATIONS, ConvBlock


def by_loops(maps, levels):
  """He et al. 2014's regions, one by one."""
  h, w = maps.shape[2:4]
  parts = []
  for n in levels:
    for i in range(n):
      for j in range(n):
        rows = slice(int(np.floor(i * h / n)), int(np.ceil((i + 1) * h / n)))
        columns = slice(int(np.floor(j * w / n)), int(np.ceil((j + 1) * w / n)))
        parts.append(maps[:, :, rows, columns].max(axis=(2, 3)))
  return np.concatenate(parts, axis=-1)


@pytest.mark.parametrize(
  'size', [(16, 16), (32, 20), (18, 34), (13, 7), (4, 3), (1, 1)]
)
@pytest.mark.parametrize('levels', [(8, 4, 2), (2, 4, 8), (6, 4, 3, 1)])
def test_equals_loops_with_and_without_the_pooled_map(size, levels):
  maps = jax.random.normal(jax.random.key(0), (2, 3, *size, 2))
  expected = by_loops(np.asarray(maps), levels)
  pool = jax.jit(mspp_norm, static_argnums=1)
  np.testing.assert_array_equal(pool(maps, levels), expected)
  if min(size) > 1:
    pooled = jax.jit(max_pool_1x2x2)(maps)
    np.testing.assert_array_equal(pool(maps, levels, pooled), expected)


def test_coarse_levels_do_not_read_the_full_map():
  maps = jnp.zeros((1, 1, 16, 16, 1))
  jaxpr = jax.make_jaxpr(mspp_norm, static_argnums=1)(
    maps, (8, 4, 2), max_pool_1x2x2(maps)
  )
  full_map = jaxpr.jaxpr.invars[0]
  assert all(full_map not in equation.invars for equation in jaxpr.jaxpr.eqns)


@pytest.mark.parametrize('norm', [True, False])
@pytest.mark.parametrize('activation', sorted(ACTIVATIONS))
@pytest.mark.parametrize('place', ACTIVATION_PLACES)
def test_pooled_first_is_pooled_last(norm, activation, place):
  """Also where batch normalisation turns a channel upside down."""
  conv = Conv(3, 8, norm=norm, pool=True)
  block = ConvBlock(conv, activation, place, 0.9, jnp.float32)
  video = jax.random.normal(jax.random.key(0), (2, 5, 7, 6, 3))
  params = block.init(jax.random.key(1), video, train=True)['params']
  if norm:
    params['norm']['scale'] = jax.random.normal(jax.random.key(2), (8,))
  features, _ = block.apply({'params': params}, video, True, mutable=['batch_stats'])
  expected = max_pool_1x2x2(features.maps)
  np.testing.assert_allclose(features.pooled, expected, rtol=0, atol=1e-5)


def test_no_gradient_is_lost_behind_batch_normalisation():
  """Where the compiler works the maps out twice, and rounds them differently."""
  block = ConvBlock(
    Conv(3, 8, norm=True, pool=True), 'relu', 'after_norm', 0.9, jnp.float32
  )
  video = jax.random.normal(jax.random.key(0), (2, 5, 19, 26, 3))
  params = block.init(jax.random.key(1), video, train=True)['params']
  params['norm']['bias'] += 9  # every activation is active

  def total(params):
    features, _ = block.apply({'params': params}, video, True, mutable=['batch_stats'])
    pyramid = mspp_norm(features.maps, pooled=features.pooled)
    return pyramid.sum() + features.pooled.sum()

  outputs = 2 * 5 * (8 * 8 + 4 * 4 + 2 * 2 + 9 * 13)
  grads = jax.jit(jax.grad(total))(params)
  np.testing.assert_allclose(grads['norm']['bias'], outputs)
