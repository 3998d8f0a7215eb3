"""Each option of a laboratory does what it says."""

import dataclasses

import numpy as np
import pytest

from stc_jax.datasets.synthetic_faces import action_units, clips, laboratories
from stc_jax.datasets.synthetic_faces.configs import named_configs
from stc_jax.datasets.synthetic_faces.laboratories import Laboratory

LENGTH = 12
PLAIN = Laboratory()


def made(laboratory, emotion='sadness', subject=1, **fields):
  lengths = LENGTH, LENGTH
  return clips.make_clip(
    5, subject, emotion, 1, lengths=lengths, laboratory=laboratory, **fields
  )


def detail(frames):
  """The mean power of frames above half of the highest spatial frequency."""
  gray = frames.mean(axis=-1)
  gray -= gray.mean(axis=(1, 2), keepdims=True)
  window = np.hanning(gray.shape[1])  # else borders are edges
  power = np.abs(np.fft.fft2(gray * window * window[:, None])) ** 2
  high = np.abs(np.fft.fftfreq(gray.shape[1])) > 0.25
  return power[:, high].mean()


def test_a_laboratory_without_options_films_as_none_does():
  apart = made(PLAIN).frames.astype(int) - made(None).frames
  assert np.abs(apart).max() <= 1  # tones are rounded once more


def test_gray_has_equal_channels():
  frames = made(Laboratory(gray=True, noise=3.0, quality=50)).frames
  assert (frames == frames[..., :1]).all()


def test_few_pixels_and_blur_leave_no_detail():
  sharp = detail(made(PLAIN).frames)
  assert detail(made(Laboratory(pixels=24)).frames) < 0.2 * sharp
  assert detail(made(Laboratory(blur=1.5)).frames) < 0.2 * sharp


def test_noise_adds_detail_and_compression_changes_colours_little():
  plain = made(PLAIN).frames
  assert detail(made(Laboratory(noise=6.0)).frames) > 1.3 * detail(plain)
  pressed = made(Laboratory(quality=70)).frames.astype(int)
  assert 0 < np.abs(pressed - plain).mean() < 6
  np.testing.assert_allclose(pressed.mean((0, 1, 2)), plain.mean((0, 1, 2)), atol=2)


def test_zoom_and_place_move_the_eyes():
  def eyes(laboratory):
    return made(laboratory).eyes.mean(axis=0)

  def apart(points):
    return np.linalg.norm(points[1] - points[0])

  rest = eyes(PLAIN)
  assert apart(eyes(Laboratory(zoom=1.2))) == pytest.approx(1.2 * apart(rest), rel=0.01)
  moved = eyes(Laboratory(place=(0.1, -0.2))) - rest
  unit = apart(rest)
  np.testing.assert_allclose(moved, [[0.1 * unit, -0.2 * unit]] * 2, atol=0.4)


def test_talking_moves_the_lower_face_alone():
  still, spoken = made(PLAIN, rests=True), made(Laboratory(talking=True), rests=True)
  change = np.abs(spoken.frames.astype(int) - still.frames).mean(axis=(0, 3))
  assert change[40:].mean() > 5 * change[:28].mean()
  assert not np.array_equal(still.aus, spoken.aus)
  blink = action_units.AU_NUMBERS.index(action_units.BLINK)
  np.testing.assert_allclose(still.aus[:, blink], spoken.aus[:, blink])


def test_partial_clips_have_their_apex_anywhere():
  lasting = np.array(action_units.AU_NUMBERS) != action_units.BLINK
  found, starts = set(), []
  for subject in range(1, 13):
    clip = made(Laboratory(partial=True), 'surprise', subject, size=16)
    assert len(clip.frames) == len(clip.aus) == LENGTH
    shown = clip.aus[:, lasting].sum(axis=1)
    assert shown.max() > 0.2
    found.add(int(shown.argmax()))
    starts.append(shown[0] > 0.5 * shown.max())
  assert len(found) >= 5
  assert any(starts)
  assert not all(starts)


def test_drift_and_pose():
  def motion(laboratory):
    return made(laboratory).eyes.std(axis=0).mean()

  assert motion(Laboratory(drift=2.0)) > 1.5 * motion(PLAIN)
  assert motion(Laboratory(drift=0.0)) < 1e-3
  turned = made(Laboratory(pose=(0.1, 0.0))).frames.astype(int) - made(PLAIN).frames
  assert np.abs(turned).mean() > 2


def test_light_and_tones():
  def sides(laboratory):
    frames = made(laboratory).frames[:, 12:52].mean(axis=(0, 1, 3))
    return frames[12:28].mean() - frames[36:52].mean()

  assert sides(Laboratory(light=(-0.6, 0))) > sides(Laboratory(light=(0.6, 0))) + 10
  assert made(Laboratory(gamma=0.7)).frames.mean() > made(PLAIN).frames.mean() + 10
  flat, vivid = (made(Laboratory(contrast=c)).frames.std() for c in (0.6, 1.0))
  assert flat == pytest.approx(0.6 * vivid, rel=0.05)


def test_bad_values_are_refused():
  for fields in ({'zoom': 0}, {'noise': -1.0}, {'quality': 101}, {'gamma': -1.0}):
    with pytest.raises(ValueError, match=r'zoom|negative|quality'):
      Laboratory(**fields)


def test_nobody_is_in_two_sets_of_laboratories():
  filmed, elsewhere = [], []
  for config in named_configs():
    is_filmed = config.scattered or config.laboratory is not None
    (filmed if is_filmed else elsewhere).append(config.seed)
  assert len(filmed) == len(set(filmed)) == 17
  assert not set(filmed) & set(elsewhere)


@pytest.mark.parametrize(
  'group', [laboratories.TUNING, laboratories.REPORTING], ids=['tuning', 'reporting']
)
def test_a_group_covers_what_real_databases_do(group):
  labs = group.values()
  assert len(group) == 4
  assert sum(lab.talking or lab.partial for lab in labs) >= 2
  assert any(lab.gray and 0 < lab.pixels <= 48 for lab in labs)
  assert len({dataclasses.astuple(lab) for lab in labs}) == 4


def test_scattered_clips_are_each_in_a_laboratory_of_their_own():
  (many,) = [config for config in named_configs() if config.scattered]
  keys = [(s, e, 1) for s in range(1, 6) for e in action_units.EMOTIONS]
  drawn = [many.laboratory_of(*key) for key in keys]
  assert len(set(drawn)) == len(keys)
  assert drawn == [many.laboratory_of(*key) for key in keys]
  assert not set(drawn) & set(laboratories.NAMED.values())
  for field in ('gray', 'talking', 'partial'):
    assert {getattr(one, field) for one in drawn} == {False, True}
