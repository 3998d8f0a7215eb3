import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.models.conv3d import one_call, shifted_products


@pytest.mark.parametrize('kernel_shape', [(3, 3, 3, 2, 4), (2, 3, 4, 2, 4)])
def test_both_forms_agree_in_values_and_gradients(kernel_shape):
  keys = jax.random.split(jax.random.key(0), 3)
  video = jax.random.normal(keys[0], (2, 5, 7, 6, 2))
  kernel = jax.random.normal(keys[1], kernel_shape)
  weights = jax.random.normal(keys[2], (2, 5, 7, 6, 4))

  def results(form, *arrays):
    value, pullback = jax.vjp(form, *arrays[:2])
    return value, *pullback(arrays[2])

  with jax.enable_x64(True):
    exact = [np.asarray(array, np.float64) for array in (video, kernel, weights)]
    reference = results(one_call, *exact)
  ours = results(shifted_products, video, kernel, weights)
  for value, expected in zip(ours, reference, strict=True):
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)


def test_bfloat16_stays_bfloat16():
  video, kernel = jnp.ones((1, 2, 4, 4, 3)), jnp.ones((3, 3, 3, 3, 2))
  arrays = video.astype(jnp.bfloat16), kernel.astype(jnp.bfloat16)
  value, pullback = jax.vjp(shifted_products, *arrays)
  assert {a.dtype for a in (value, *pullback(value))} == {jnp.dtype(jnp.bfloat16)}
