"""The transform of the site's page on transforms."""

# The transform.
import jax.numpy as jnp
import pytest
from jaxtyping import Array, Float, Int

from stc_jax.data import transforms
from stc_jax.launch import synthetic
from stc_jax.runs.config import from_sections


def steps(
  video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """The change of each frame from the one before it; the first has none."""
  del lengths  # a repeated frame doesn't change
  return jnp.diff(video, axis=1, prepend=video[:, :1])


# End of the transform.
@pytest.fixture(autouse=True)
def added(monkeypatch):
  monkeypatch.setitem(transforms.TRANSFORMS, 'steps', steps)


def test_a_steady_movement_has_equal_steps():
  video = jnp.arange(4.0).reshape(1, 4, 1, 1, 1)
  assert steps(video, jnp.array([4])).ravel().tolist() == [0, 1, 1, 1]


def test_a_configuration_can_name_it():
  config = synthetic.get_config()
  config.input.transforms = ('gray', 'steps')
  assert from_sections(config.to_dict()).input.transforms == ('gray', 'steps')
