import dataclasses

import clip_sets
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.data import transforms
from stc_jax.errors import InputError


def test_what_does_not_change_is_removed():
  rng = np.random.default_rng(0)
  person = rng.normal(size=(2, 1, 5, 6, 3))
  change = rng.normal(size=(2, 4, 5, 6, 3))
  ours = transforms.remove_appearance(jnp.array(person + change), jnp.array([4, 4]))
  np.testing.assert_allclose(
    ours, change - change.mean(axis=1, keepdims=True), atol=1e-6
  )


def test_the_repeated_last_frame_does_not_weigh():
  short = np.random.default_rng(0).normal(size=(1, 2, 5, 6, 3))
  padded = np.concatenate([short, short[:, 1:], short[:, 1:]], axis=1)
  ours = transforms.remove_appearance(jnp.array(padded), jnp.array([2]))
  wanted = padded - short.mean(axis=1, keepdims=True)
  np.testing.assert_allclose(ours, wanted, atol=1e-6)


@pytest.mark.parametrize('name', transforms.TRANSFORMS)
def test_a_clip_does_not_depend_on_its_batch(name):
  video = jax.random.normal(jax.random.key(0), (3, 4, 16, 16, 3))
  real = jnp.array([4, 2, 1])
  transform = transforms.TRANSFORMS[name]
  alone = transform(video[1:2], real[1:2])
  np.testing.assert_allclose(transform(video, real)[1:2], alone, atol=1e-6)


@pytest.mark.parametrize(
  ('field', 'value'),
  [
    ('frames', 0),
    ('frame_rate', -1.0),
    ('sampling', 'random'),
    ('transforms', ('blur',)),
    ('views', ()),
    ('views', ('upside_down',)),
  ],
)
def test_a_bad_field_is_named(field, value):
  with pytest.raises(InputError, match=f'^{field}: '):
    dataclasses.replace(clip_sets.INPUT, **{field: value})
