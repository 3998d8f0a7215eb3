"""How far videos lie from the training clips of a model."""

import cv2
import numpy as np
import pytest

import stc_jax
from stc_jax.data import catalogue, records
from stc_jax.data.looks import FAR, MEASURES, ClipLooks
from stc_jax.faces.images import resize

BLUR = 2.5  # pixels of 48


@pytest.fixture(scope='module')
def model(finished):
  return stc_jax.load(finished / 'models' / '0-0')


@pytest.fixture(scope='module')
def own(model, data_dir):
  """The clips that the model was trained on."""
  builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
  (subjects,) = model.bundles[0].subjects.values()
  return [r.frames for r in records.of(builder) if r.subject in subjects]


def asked(model, clip):
  return model.predict(clip, fps=25.0, one_clip=True)


def warnings(answer):
  return [note for note in answer.notes if 'outside of the training clips' in note]


def test_training_clips_lie_within(model, own):
  answers = [asked(model, clip) for clip in own]
  assert len(answers) == 12
  far = [answer.distance.is_far for answer in answers]
  assert sum(far) <= 1
  assert [bool(warnings(answer)) for answer in answers] == far


def drifting(clip):
  """Moves by a pixel a frame; faster would be a cut."""
  return np.stack([np.roll(clip[0], i, (0, 1)) for i in range(12)])


@pytest.mark.parametrize(
  ('altered', 'measure', 'said'),
  [
    (
      lambda clip: np.stack([cv2.GaussianBlur(f, (0, 0), BLUR) for f in clip]),
      'sharpness',
      'more blurred',
    ),
    (lambda clip: clip // 4, 'brightness', 'darker'),
    (lambda clip: clip * np.array([1, 0, 0], np.uint8), 'colour', 'more colour'),
    (lambda clip: resize(clip[:, 8:-8, 8:-8], 64, 64), 'framing', 'sized'),
    (drifting, 'motion', 'more motion'),
  ],
)
def test_what_looks_different_is_named_in_one_line(model, own, altered, measure, said):
  answer = asked(model, altered(own[0]))
  assert answer.distance.largest >= answer.distance.measures[measure].distance > FAR
  (warning,) = warnings(answer)
  assert f'{measure} is ' in warning
  assert said in warning
  assert '\n' not in warning


def test_a_video_without_motion_is_measured_in_all_but_motion(model, own):
  still = np.repeat(own[0][:1], 5, axis=0)
  answer = model.predict(still, fps=25.0)
  assert answer.label == ''
  assert set(answer.distance.measures) == set(MEASURES) - {'motion'}
  assert not warnings(answer)
  (warning,) = warnings(model.predict(still // 4, fps=25.0))
  assert 'darker' in warning


def test_distance_is_a_ratio_beyond_the_range():
  ranges = {'brightness': {'low': 46.0, 'median': 60.0, 'high': 96.0}}
  looks = ClipLooks(ranges)
  assert [looks.distance('brightness', v) for v in (46.0, 60.0, 96.0)] == [0, 0, 0]
  # The range is a factor of two, as is what lies beyond; 4 levels are added to each.
  assert looks.distance('brightness', 196.0) == pytest.approx(1)
  assert looks.distance('brightness', 21.0) == pytest.approx(1)
