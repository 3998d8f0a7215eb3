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


def test_gray_is_the_mean_of_the_colours():
  video = jnp.array([[[[[1.0, 2.0, 6.0]]]]])
  assert transforms.gray(video, jnp.array([1])).tolist() == [[[[[3.0]]]]]


def test_frames_and_change_are_side_by_side():
  video = jax.random.normal(jax.random.key(0), (2, 4, 5, 6, 3))
  lengths = jnp.array([4, 2])
  both = transforms.frames_and_change(video, lengths)
  np.testing.assert_array_equal(both[..., :3], video)
  change = transforms.remove_appearance(video, lengths)
  np.testing.assert_allclose(both[..., 3:], 2 * change, atol=1e-6)


def test_local_contrast_pixel_by_pixel():
  video = np.random.default_rng(0).normal(size=(1, 2, 20, 31, 2)).astype(np.float32)
  centred, deviation = np.zeros_like(video), np.zeros_like(video)

  def means(values, y, x):
    return values[:, :, max(0, y - 2) : y + 3, max(0, x - 3) : x + 4].mean(axis=(2, 3))

  places = [(y, x) for y in range(20) for x in range(31)]
  for y, x in places:
    centred[:, :, y, x] = video[:, :, y, x] - means(video, y, x)
  for y, x in places:
    deviation[:, :, y, x] = np.sqrt(means(centred**2, y, x))
  expected = centred / (deviation + 0.3 * deviation.mean())
  ours = transforms.local_contrast(jnp.array(video), jnp.array([2]))
  np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_local_contrast_forgets_light():
  video = jax.random.normal(jax.random.key(0), (1, 2, 20, 20, 3))
  lengths = jnp.array([2])
  ours = transforms.local_contrast(video, lengths)
  brighter = transforms.local_contrast(3 * video + 7, lengths)
  np.testing.assert_allclose(brighter, ours, atol=1e-3)


def test_a_flat_clip_has_no_contrast_and_a_still_one_no_change():
  random = np.random.default_rng(0)
  plain = np.broadcast_to(random.normal(size=(8, 1, 1, 1, 3)), (8, 5, 20, 31, 3))
  still = np.broadcast_to(random.normal(size=(8, 1, 20, 31, 3)), (8, 5, 20, 31, 3))
  lengths = jnp.array([1, 2, 3, 4, 5, 5, 5, 5])
  assert not transforms.local_contrast(jnp.array(plain, jnp.float32), lengths).any()
  change = transforms.remove_appearance(jnp.array(still, jnp.float32), lengths)
  assert not change.any()
  assert not transforms.local_contrast(change, lengths).any()


@pytest.mark.parametrize('name', transforms.TRANSFORMS)
def test_a_clip_does_not_depend_on_its_batch(name):
  video = jax.random.normal(jax.random.key(0), (3, 4, 16, 16, 3))
  lengths = jnp.array([4, 2, 1])
  transform = transforms.TRANSFORMS[name]
  alone = transform(video[1:2], lengths[1:2])
  np.testing.assert_allclose(transform(video, lengths)[1:2], alone, atol=1e-6)


@pytest.mark.parametrize(
  ('field', 'value'),
  [
    ('frames', 0),
    ('frame_rate', -1.0),
    ('sampling', 'random'),
    ('training_sampling', 'random'),
    ('transforms', ('blur',)),
    ('views', ()),
    ('views', ('upside_down',)),
  ],
)
def test_a_bad_field_is_named(field, value):
  with pytest.raises(InputError, match=f'^{field}: '):
    dataclasses.replace(clip_sets.INPUT, **{field: value})
