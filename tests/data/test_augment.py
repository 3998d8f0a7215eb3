import cv2
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.data import augment


def smooth_clip(height, width):
  """A picture without sharp edges: OpenCV rounds source coordinates to 1/32 pixel."""
  rng = np.random.default_rng(0)
  noise = rng.uniform(0, 255, (height, width, 3)).astype(np.float32)
  return cv2.GaussianBlur(noise, (0, 0), 2)


def by_opencv(frame, degrees, mirror):
  height, width = frame.shape[:2]
  frame = frame[:, ::-1] if mirror else frame
  centre = ((width - 1) / 2, (height - 1) / 2)
  return cv2.warpAffine(
    np.ascontiguousarray(frame),
    cv2.getRotationMatrix2D(centre, degrees, 1.0),
    (width, height),
    flags=cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_REPLICATE,
  )


@pytest.mark.parametrize('size', [(64, 64), (33, 48)])
def test_all_variants_against_opencv(size):
  frame = smooth_clip(*size)
  video = jnp.asarray(np.broadcast_to(frame, (augment.VARIANTS, 2, *frame.shape)))
  ours = np.asarray(augment.vary(video, jnp.arange(augment.VARIANTS)))
  np.testing.assert_array_equal(ours[:, 0], ours[:, 1])
  for variant, result in enumerate(ours[:, 0]):
    mirror, place = divmod(variant, len(augment.DEGREES))
    expected = by_opencv(frame, augment.DEGREES[place], mirror)
    assert np.abs(result - expected).max() < 1.0, variant


def test_the_papers_fourteen():
  assert sorted(augment.DEGREES) == [-7.5, -5, -2.5, 0, 2.5, 5, 7.5]
  assert augment.VARIANTS == 14
  frame = smooth_clip(16, 16)
  video = jnp.asarray(np.stack([frame, frame])[:, None])
  same, mirrored = augment.vary(video, jnp.array([0, len(augment.DEGREES)]))
  np.testing.assert_allclose(same[0], frame, atol=1e-4)
  np.testing.assert_allclose(mirrored[0], frame[:, ::-1], atol=1e-4)
