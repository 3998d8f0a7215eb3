import clip_sets
import numpy as np
import pytest

from stc_jax.data import source


def test_longer_clips_are_sampled_uniformly_and_keep_both_ends():
  indices = source.uniform_sample(71, 18)
  assert (indices[0], indices[-1], len(indices)) == (0, 70, 18)
  assert set(np.diff(indices)) <= {4, 5}


def test_shorter_clips_repeat_their_last_frame():
  np.testing.assert_array_equal(source.uniform_sample(4, 6), [0, 1, 2, 3, 3, 3])
  np.testing.assert_array_equal(source.uniform_sample(1, 3), [0, 0, 0])


@pytest.mark.parametrize('length', range(1, 80, 7))
@pytest.mark.parametrize('frames', [1, 2, 18])
def test_any_length_gives_ascending_frames_of_the_clip(length, frames):
  indices = source.uniform_sample(length, frames)
  assert len(indices) == frames
  assert (np.diff(indices) >= 0).all()
  assert indices.min() >= 0
  assert indices.max() <= length - 1


def test_resampling_keeps_time():
  # 4 s at 25 fps seen at 10: frame k is shown at k / 10 s.
  indices = source.resample(100, 25.0, 10.0)
  assert len(indices) == 40
  np.testing.assert_allclose(indices / 25, np.arange(40) / 10, atol=0.5 / 25 + 1e-9)
  np.testing.assert_array_equal(source.resample(3, 25.0, 25.0), [0, 1, 2])


def test_fixed_length_and_size():
  clip_set = clip_sets.random(subjects=3, lengths=(3, 30))
  clips = source.fixed_length(clip_set, 8, 16, 20, frame_rate=0.0)
  assert clips.shape == (len(clip_set.clips), 8, 16, 20, 3)
  assert clips.dtype == np.uint8


def test_the_most_changed_frame():
  clip_set = clip_sets.random(subjects=2, lengths=(9, 9))
  for clip in clip_set.frames:
    clip[:] = clip[0]
    clip[5] = 255 - clip[0]
  for frame, clip in zip(
    source.strongest_frames(clip_set, 'most_changed'), clip_set.frames, strict=True
  ):
    np.testing.assert_array_equal(frame, clip[5])


def test_the_fingerprint_sees_every_pixel():
  clip_set = clip_sets.random(subjects=2)
  before = clip_set.fingerprint()
  clip_set.frames[-1][-1, -1, -1, -1] ^= 1
  assert clip_set.fingerprint() != before
