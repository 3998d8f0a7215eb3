import jax
import numpy as np
import pytest

from stc_jax.data import augment, sampling


def clip_of(length):
  return np.zeros((length, 2, 2, 3), np.uint8)


def test_the_strongest_frames_are_the_last_or_those_unlike_the_first():
  clip = clip_of(6)
  clip[2:5] += np.array([9, 1, 5], np.uint8)[:, None, None, None]
  shown = {
    name: [sampling.SAMPLINGS[name](clip, np.arange(6), n).tolist() for n in (1, 3, 8)]
    for name in ('last', 'most_changed')
  }
  every = [0, 1, 2, 3, 4, 5, 5, 5]
  assert shown == {
    'last': [[5], [3, 4, 5], every],
    'most_changed': [[2], [2, 3, 4], every],
  }


@pytest.mark.parametrize('count', [1, 2, 7, 40])
def test_rest_is_played_in_real_time_without_a_frame_twice_in_a_row(count):
  for share in (0.2, 0.5, 0.9):
    part = 1 + int((count - 1) * share)
    rest = sampling.at_rest(count, share)
    assert len(rest) == count
    assert set(rest) == set(range(part))
    assert set(np.abs(np.diff(rest))) <= {1 if part > 1 else 0}


def test_longer_clips_are_sampled_uniformly_and_keep_both_ends():
  indices = sampling.uniform(71, 18)
  assert (indices[0], indices[-1], len(indices)) == (0, 70, 18)
  assert set(np.diff(indices)) <= {4, 5}


def test_one_frame_alone_is_the_last_in_training_too():
  assert sampling.uniform(71, 1).tolist() == [70]
  places = augment.jittered(jax.random.key(0), 200, 1)
  assert places.min() >= 0.75**2
  assert places.max() <= 1


def test_shorter_clips_repeat_their_last_frame():
  np.testing.assert_array_equal(sampling.uniform(4, 6), [0, 1, 2, 3, 3, 3])
  np.testing.assert_array_equal(sampling.uniform(1, 3), [0, 0, 0])


@pytest.mark.parametrize('sample', sampling.SAMPLINGS.values())
@pytest.mark.parametrize('length', range(1, 80, 7))
@pytest.mark.parametrize('frames', [1, 2, 18])
def test_any_length_gives_ascending_frames_of_the_clip(sample, length, frames):
  clip = np.random.default_rng(0).integers(0, 256, (length, 2, 2, 3), np.uint8)
  indices = sample(clip, np.arange(length), frames)
  assert len(indices) == frames
  assert (np.diff(indices) >= 0).all()
  assert indices.min() >= 0
  assert indices.max() <= length - 1


def test_resampling_keeps_time():
  # 4 s at 25 fps seen at 10: frame k is shown at k / 10 s.
  indices = sampling.resample(100, 25.0, 10.0)
  assert len(indices) == 40
  np.testing.assert_allclose(indices / 25, np.arange(40) / 10, atol=0.5 / 25 + 1e-9)
  np.testing.assert_array_equal(sampling.resample(3, 25.0, 25.0), [0, 1, 2])


@pytest.mark.parametrize(
  ('length', 'rate', 'wanted', 'own'),
  [
    (3, 0.0, [0, 1, 2, 2], 3),
    (9, 0.0, [0, 3, 5, 8], 4),
    (8, 12.5, [0, 2, 4, 6], 4),  # every other frame of 25 a second
    (4, 12.5, [0, 2, 2, 2], 2),
  ],
)
def test_a_window_knows_how_many_frames_are_its_own(length, rate, wanted, own):
  numbers, count = sampling.window(clip_of(length), 25.0, rate, 4, 'uniform')
  np.testing.assert_array_equal(numbers, wanted)
  assert count == own


def shown_with(place, numbers, rate, frames, sampling):
  """A frame's window, walked frame by frame; never over a gap of `numbers`."""
  walked = []
  ends = (-(frames - 1), 0) if sampling == 'past' else (-(frames // 2), None)
  for step in range(ends[0], ends[0] + frames):
    wanted = place + round(step * (25 / rate if rate else 1))
    at = place
    while at < wanted and at + 1 < len(numbers) and numbers[at + 1] == numbers[at] + 1:
      at += 1
    while at > wanted and at > 0 and numbers[at - 1] == numbers[at] - 1:
      at -= 1
    walked.append(at)
  return walked


@pytest.mark.parametrize('sampling_name', ['past', 'centred'])
@pytest.mark.parametrize('rate', [0.0, 12.5, 10.0])
@pytest.mark.parametrize('frames', [1, 4, 5])
def test_a_labelled_frame_is_shown_with_those_around_it_in_its_block(
  sampling_name, rate, frames
):
  numbers = np.array([7, 8, 9, 10, 11, 20, 30, 31, 32])
  found = sampling.frame_windows(numbers, 25.0, rate, frames, sampling_name)
  for place, window in enumerate(found):
    assert window.tolist() == shown_with(place, numbers, rate, frames, sampling_name)
    assert place in window
