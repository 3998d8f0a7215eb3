import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.models.conv import conv3d, packed, scatter, winograd


@pytest.mark.parametrize('frames', [5, 6])
@pytest.mark.parametrize(
  ('form', 'kernel_shape'),
  [
    (winograd.conv3d, (3, 3, 3, 2, 4)),
    (winograd.conv3d, (2, 3, 4, 2, 4)),
    (winograd.conv3d, (3, 3, 3, 16, 4)),
    (winograd.conv3d, (3, 4, 5, 17, 2)),
    (packed.conv3d, (3, 3, 3, 2, 4)),
    (packed.conv3d, (3, 3, 3, 3, 5)),
    (scatter.conv2d, (1, 3, 3, 5, 2)),
    (scatter.conv2d, (1, 1, 5, 3, 4)),
  ],
)
def test_all_forms_agree_in_values_and_gradients(form, kernel_shape, frames):
  keys = jax.random.split(jax.random.key(0), 3)
  video = jax.random.normal(keys[0], (2, frames, 7, 6, kernel_shape[3]))
  kernel = jax.random.normal(keys[1], kernel_shape)
  weights = jax.random.normal(keys[2], (2, frames, 7, 6, kernel_shape[4]))

  def results(form, *arrays):
    value, pullback = jax.vjp(form, *arrays[:2])
    return value, *pullback(arrays[2])

  with jax.enable_x64(True):
    exact = [np.asarray(array, np.float64) for array in (video, kernel, weights)]
    reference = jax.device_get(results(conv3d.one_call, *exact))
  ours = jax.jit(lambda *arrays: results(form, *arrays))(video, kernel, weights)
  for value, expected in zip(ours, reference, strict=True):
    error = np.linalg.norm(np.float64(value) - expected) / np.linalg.norm(expected)
    assert error < 2e-6


@pytest.mark.parametrize(
  ('form', 'channels'),
  [(winograd.conv3d, 3), (winograd.conv3d, 16), (packed.conv3d, 3)],
)
def test_bfloat16_stays_bfloat16(form, channels):
  video, kernel = jnp.ones((1, 2, 4, 4, channels)), jnp.ones((3, 3, 3, channels, 2))
  arrays = video.astype(jnp.bfloat16), kernel.astype(jnp.bfloat16)
  value, pullback = jax.vjp(form, *arrays)
  assert {a.dtype for a in (value, *pullback(value))} == {jnp.dtype(jnp.bfloat16)}
