import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from stc_jax.data.input import Clips
from stc_jax.data.resident import Batch
from stc_jax.training import mixup
from stc_jax.training.mesh import DataAxis


def test_each_clip_and_the_one_before_it():
  video = jax.random.normal(jax.random.key(0), (3, 2, 4, 4, 1))
  share = jnp.array([1.0, 0.75, 0.5])
  batch = Batch(Clips(video, jnp.array([1, 2, 2])), jnp.array([5, 6, 7]))
  ours = mixup.mixed(batch, share, DataAxis())
  np.testing.assert_array_equal(ours.clips.real, batch.clips.real)
  np.testing.assert_array_equal(ours.partners, [7, 5, 6])
  for i, before in enumerate((2, 0, 1)):
    wanted = share[i] * video[i] + (1 - share[i]) * video[before]
    np.testing.assert_allclose(ours.clips.video[i], wanted, atol=1e-6)


def test_shares_are_the_larger_part_of_a_beta_draw():
  share = mixup.shares(jax.random.key(0), 20_000, 0.3)
  assert share.min() >= 0.5
  # E max(B, 1 - B) = 2 E[B; B > 1/2], and x times Beta(a, a)'s density is half of
  # Beta(a + 1, a)'s.
  np.testing.assert_allclose(share.mean(), stats.beta.sf(0.5, 1.3, 0.3), atol=0.01)
