import dataclasses

import cv2
import numpy as np
import pytest

from stc_jax.datasets.synthetic_faces import (
  action_units,
  clips,
  contact_sheet,
  geometry,
  nuisances,
  renderer,
)
from stc_jax.datasets.synthetic_faces.difficulty import STANDARD, Difficulty
from stc_jax.faces import face_crop

AU = {number: column for column, number in enumerate(action_units.AU_NUMBERS)}
LENGTHS = (5, 7)


def still_conditions(**changes):
  """One frame of a still head in frontal light, without sensor noise."""
  rng = np.random.default_rng(0)
  conditions = nuisances.draw_nuisances(rng, 1, 12.0, spread=0.0)
  light = np.array([[0.0, -0.3, 0.95]], np.float32)
  return dataclasses.replace(conditions, light=light, **changes)


def render(subject, activity, size=64, **changes):
  """The frame and eyes of a face that shows {AU: intensity}."""
  intensities = np.zeros((1, len(AU)), np.float32)
  for number, intensity in activity.items():
    intensities[0, AU[number]] = intensity
  actions = action_units.Actions(intensities, np.ones((len(AU), 2), np.float32))
  rng = np.random.default_rng(0)
  frames, eyes = renderer.render_clip(
    subject, actions, still_conditions(**changes), size, rng
  )
  return frames[0], eyes[0]


def activity_of(**intensities):
  """float32[n_aus, 2] from au12=1.0 and the like."""
  activity = np.zeros((len(AU), 2), np.float32)
  for name, intensity in intensities.items():
    activity[AU[int(name[2:])]] = intensity
  return activity


def same(one, other):
  return all(
    np.array_equal(getattr(one, field.name), getattr(other, field.name))
    for field in dataclasses.fields(one)
  )


def test_same_seed_same_bytes():
  one = clips.make_clip(3, 1, 'fear', 1, lengths=LENGTHS)
  assert same(one, clips.make_clip(3, 1, 'fear', 1, lengths=LENGTHS))
  assert not same(one, clips.make_clip(4, 1, 'fear', 1, lengths=LENGTHS))
  assert not same(one, clips.make_clip(3, 1, 'fear', 2, lengths=LENGTHS))
  assert not same(one, clips.make_clip(3, 2, 'fear', 1, lengths=LENGTHS))


def test_subject_and_first_clip_share_no_random_numbers():
  # NumPy pads seeds with zeros: [0, 1] and [0, 1, 0, 0] are the same seed.
  subject = np.random.default_rng([0, clips.SUBJECT, 1]).random(4)
  clip = np.random.default_rng([0, clips.CLIP, 1, 0, 0]).random(4)
  assert not np.array_equal(subject, clip)


@pytest.mark.parametrize('emotion', action_units.EMOTIONS)
def test_onset_starts_at_rest_and_ends_at_its_strongest(emotion):
  for seed in range(20):
    rng = np.random.default_rng(seed)
    gains = np.ones(len(AU))
    actions = action_units.draw_actions(rng, emotion, 18, 12.0, gains, returns=False)
    shown = actions.intensities
    assert shown[0].max() < 1e-6
    chosen = [
      [AU[number] for number in variant]
      for variant in action_units.PROTOTYPES[emotion]
      if all(shown[-1, AU[number]] >= 0.12 - 1e-6 for number in variant)
    ]
    assert chosen, 'no variant of the emotion is shown in full'
    columns = max(chosen, key=len)
    np.testing.assert_allclose(shown[-1, columns], shown[:, columns].max(0), rtol=1e-6)
    assert shown.min() >= 0
    assert shown.max() <= 1


@pytest.mark.parametrize('emotion', action_units.EMOTIONS)
def test_return_starts_and_ends_at_rest(emotion):
  apexes = []
  for seed in range(20):
    rng = np.random.default_rng(seed)
    gains = np.ones(len(AU))
    actions = action_units.draw_actions(rng, emotion, 60, 25.0, gains, returns=True)
    total = actions.intensities.sum(1)
    assert total[[0, -1]].max() < 1e-6
    apexes.append(total.argmax())
    assert total.max() > 0.2
  assert min(apexes) > 6
  assert max(apexes) < 54
  assert len(set(apexes)) > 5


@pytest.mark.parametrize('number', range(1, 6))
def test_pupils_are_dark_at_the_stated_eyes(number):
  subject = clips.draw_subject(0, number, 0.5)
  for shift in ([0.0, 0.0], [0.12, -0.08]):
    frame, eyes = render(
      subject,
      {5: 0.6},
      size=128,
      shift=np.array([shift], np.float32),
      angle=np.array([0.06]),
      turn=np.array([[0.12, -0.06]], np.float32),
      gaze=np.zeros((1, 2), np.float32),
    )
    gray = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (0, 0), 2)
    for x, y in eyes:
      # Rows through the pupil, below the dark lashes of the upper lid.
      near = gray[round(y - 2) : round(y + 3), round(x) - 9 : round(x) + 10]
      profile = near.mean(0)
      assert abs(profile.argmin() - 9) <= 2
      assert profile.min() < 0.85 * profile.max()


def test_head_motion_moves_the_eyes():
  subject = clips.draw_subject(0, 1, 1.0)
  still, eyes = render(subject, {}, size=64)
  shift = np.array([[0.1, -0.1]], np.float32)
  moved, there = render(subject, {}, size=64, shift=shift)
  # A tenth of the distance between the eyes is 2.46 pixels of 64.
  np.testing.assert_allclose(there - eyes, [[2.46, -2.46]] * 2, atol=5e-3)
  window = np.hanning(64)[:, None] * np.hanning(64)
  pictures = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY).astype(float) for f in (still, moved)]
  (dx, dy), _ = cv2.phaseCorrelate(*pictures, window)
  assert abs(dx - 2.46) < 0.6
  assert abs(dy + 2.46) < 0.6


def test_a_still_frame_is_cut_as_real_faces_are():
  frame, eyes = render(clips.draw_subject(0, 1, 1.0), {}, turn=np.zeros((1, 2)))
  cut = face_crop.crop(frame, eyes, face_crop.CropConfig(size=64))
  inside = slice(6, 58)  # the sides of a real face's crop are black
  error = np.abs(cut[:, inside].astype(int) - frame[:, inside])
  assert error.max() <= 1


def test_action_units_move_what_they_name():
  subject = clips.draw_subject(0, 1, 1.0)
  rest = geometry.deform(subject, activity_of())
  smile = geometry.deform(subject, activity_of(au12=0.8))
  assert (smile.corners[:, 1] < rest.corners[:, 1] - 0.05).all()
  assert smile.corners[0, 0] < rest.corners[0, 0]
  assert smile.corners[1, 0] > rest.corners[1, 0]
  frown = geometry.deform(subject, activity_of(au15=0.8))
  assert (frown.corners[:, 1] > rest.corners[:, 1] + 0.05).all()
  stare = geometry.deform(subject, activity_of(au5=1.0))
  assert (stare.lid_upper > rest.lid_upper).all()
  blink = geometry.deform(subject, activity_of(au45=1.0))
  assert (blink.lid_upper + blink.lid_lower < 0.02).all()
  assert geometry.deform(subject, activity_of(au27=1.0)).gap > rest.gap + 0.25
  assert geometry.deform(subject, activity_of(au4=1.0)).furrows[0] > rest.furrows[0]


def test_brow_raise_moves_brow_pixels_up():
  subject = dataclasses.replace(clips.draw_subject(0, 1, 0.5), hairline=-1.1)
  heights = []
  for intensity in (0.0, 1.0):
    frame, eyes = render(subject, {1: intensity, 2: intensity}, size=128)
    x, y = eyes[0].round().astype(int)
    strip = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)[y - 32 : y - 8, x - 4 : x + 5]
    heights.append(strip.mean(1).argmin())
  assert heights[1] < heights[0] - 3


@pytest.mark.parametrize('values', [{'strength': (0.9, 0.5)}, {'traits': -0.1}])
def test_an_impossible_difficulty_is_refused(values):
  with pytest.raises(ValueError, match=next(iter(values))):
    Difficulty(**values)


def test_contact_sheet_shows_every_emotion():
  sheet = contact_sheet.draw_sheet(1, 1, 2, size=32, seed=0, level=STANDARD)
  gap = contact_sheet.GAP
  assert sheet.shape == (6 * (32 + gap), contact_sheet.MARGIN + 2 * 32 + gap, 3)
  faces = sheet[:, contact_sheet.MARGIN :]
  assert all(faces[row * (32 + gap) :][:32, :32].std() > 20 for row in range(6))
