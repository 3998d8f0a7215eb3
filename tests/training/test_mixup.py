import jax
import jax.numpy as jnp
import numpy as np

from stc_jax.data.resident import Batch
from stc_jax.training import mixup
from stc_jax.training.mesh import DataAxis


def test_each_clip_and_the_one_before_it():
  video = jax.random.normal(jax.random.key(0), (3, 2, 4, 4, 1))
  share = jnp.array([1.0, 0.75, 0.5])
  ours = mixup.mixed(Batch(video, jnp.array([5, 6, 7])), share, DataAxis())
  np.testing.assert_array_equal(ours.partners, [7, 5, 6])
  for i, before in enumerate((2, 0, 1)):
    wanted = share[i] * video[i] + (1 - share[i]) * video[before]
    np.testing.assert_allclose(ours.video[i], wanted, atol=1e-6)


def test_shares_are_the_larger_part_of_a_beta_draw():
  share = mixup.shares(jax.random.key(0), 20_000, 0.3)
  assert share.min() >= 0.5
  # E |2 B - 1| of B ~ Beta(a, a), from E B^2 on each half, by numerical integration.
  grid = np.linspace(0, 1, 200_001)[1:-1]
  density = (grid * (1 - grid)) ** (0.3 - 1)
  wanted = (np.maximum(grid, 1 - grid) * density).sum() / density.sum()
  np.testing.assert_allclose(share.mean(), wanted, atol=0.01)
