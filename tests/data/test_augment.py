import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.data import augment


def smooth_clip(height, width):
  """A picture without sharp edges: OpenCV rounds source coordinates to 1/32 pixel."""
  rng = np.random.default_rng(0)
  noise = rng.uniform(0, 255, (height, width, 3)).astype(np.float32)
  return cv2.GaussianBlur(noise, (0, 0), 2)


def by_opencv(frame, look):
  """What one clip's look makes of a frame; `look` has no leading axis."""
  height, width = frame.shape[:2]
  mean = frame.mean(axis=(0, 1))
  frame = frame[:, ::-1] if look.mirror else frame
  centre = ((width - 1) / 2, (height - 1) / 2)
  matrix = cv2.getRotationMatrix2D(centre, float(look.degrees), float(look.scale))
  matrix[:, 2] += np.array([look.shift[1] * width, look.shift[0] * height])
  moved = cv2.warpAffine(
    np.ascontiguousarray(frame),
    matrix,
    (width, height),
    flags=cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_REPLICATE,
  )
  return mean + look.contrast * (moved - mean) + look.brightness


@pytest.mark.parametrize('size', [(64, 64), (33, 48)])
@pytest.mark.parametrize('name', ['paper', 'strong'])
def test_looks_against_opencv(name, size):
  frame, clips = smooth_clip(*size), 20
  video = jnp.asarray(np.broadcast_to(frame, (clips, 2, *frame.shape)))
  looks = augment.AUGMENTATIONS[name](jax.random.key(0), clips)
  ours = np.asarray(augment.vary(video, looks))
  np.testing.assert_array_equal(ours[:, 0], ours[:, 1])
  for number, result in enumerate(ours[:, 0]):
    look = jax.tree.map(lambda leaf, row=number: np.asarray(leaf[row]), looks)
    assert np.abs(result - by_opencv(frame, look)).max() < 1.5, look


def test_a_turn_moves_the_middle_against_opencv():
  frame, turn = smooth_clip(33, 48), 0.05
  video = jnp.asarray(np.broadcast_to(frame, (1, 2, *frame.shape)))
  look = augment.plain(1)._replace(turn=jnp.full(1, turn))
  ours = np.asarray(augment.vary(video, look))[0, 0]
  rows, columns = np.mgrid[:33, :48].astype(np.float32)
  distance = ((rows - 16) / 16.5) ** 2 + ((columns - 23.5) / 24) ** 2
  source = columns - turn * 48 * np.maximum(1 - distance, 0)
  border = cv2.BORDER_REPLICATE
  wanted = cv2.remap(frame, source, rows, cv2.INTER_LINEAR, borderMode=border)
  assert np.abs(ours - wanted).max() < 1.5
  np.testing.assert_allclose(ours[0, 0], frame[0, 0], atol=1e-3)
  assert np.abs(ours - frame)[16, 24].max() > 1


def test_black_sides_stay_and_tell_nothing_of_the_angle():
  face = jnp.full((4, 2, 64, 54, 3), 90.0)
  video = jnp.pad(face, ((0, 0), (0, 0), (0, 0), (5, 5), (0, 0)))
  looks = augment.strong(jax.random.key(0), 4)
  ours = np.asarray(augment.vary(video, looks, 5 / 64))
  assert (ours[..., :5, :] == 0).all()
  assert (ours[..., -5:, :] == 0).all()
  assert np.ptp(ours[..., 5:-5, :], axis=(1, 2, 3, 4)).max() < 1e-3


def test_strength_scales_what_has_changed_since_the_first_frame():
  video = jax.random.uniform(jax.random.key(0), (2, 3, 8, 8, 3), maxval=255)
  plain = augment.paper(jax.random.key(0), 2)._replace(
    mirror=jnp.zeros(2, bool), degrees=jnp.zeros(2)
  )
  looks = plain._replace(strength=jnp.array([0.5, 2.0]))
  ours = augment.vary(video, looks)
  np.testing.assert_allclose(ours[:, 0], video[:, 0], atol=1e-3)
  for clip, strength in enumerate((0.5, 2.0)):
    wanted = strength * (video[clip] - video[clip, :1])
    np.testing.assert_allclose(ours[clip] - ours[clip, :1], wanted, atol=1e-3)


def test_the_papers_fourteen():
  looks = augment.paper(jax.random.key(0), 500)
  variants = set(zip(looks.mirror.tolist(), looks.degrees.tolist(), strict=True))
  assert len(variants) == 14
  assert {abs(degrees) for _, degrees in variants} == {0, 2.5, 5, 7.5}


@pytest.mark.parametrize(('name', 'share'), [('strong', 1), ('mild', 0.3)])
def test_looks_stay_in_their_ranges(name, share):
  looks = augment.AUGMENTATIONS[name](jax.random.key(0), 500)
  assert 0.4 < looks.mirror.mean() < 0.6
  ranges = [
    (jnp.log(looks.strength), 0.5),
    (looks.degrees, share * 12),
    (jnp.log(looks.scale), share * 0.12),
    (looks.shift, share * 0.07),
    (jnp.log(looks.contrast), share * 0.25),
    (looks.brightness, share * 25),
  ]
  for values, reach in ranges:
    assert 0.9 * reach < jnp.abs(values).max() <= reach * (1 + 1e-5)
