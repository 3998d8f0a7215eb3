import numpy as np
import pytest

from stc_jax.errors import InputError
from stc_jax.faces import offline_tracker
from stc_jax.faces.detect import Face


def face(x, size=100.0, score=0.9):
  eyes = np.array([[x - size / 5, 50.0], [x + size / 5, 50.0]])
  box = np.array([x - size / 2, 0.0, x + size / 2, size])
  return Face(box, eyes, score)


def follow(faces, max_gap=5, smooth=0.0):
  return offline_tracker.follow(faces, max_gap, smooth)


def test_the_largest_face_is_followed_whatever_else_comes():
  clip = [[face(100 + 10 * i), face(400, size=60, score=0.99)] for i in range(8)]
  clip[3] = clip[3][1:]  # gone for a frame, and another is there
  clip[5] = clip[5][::-1]
  followed = follow(clip)
  assert np.allclose(followed.eyes[:, 0, 0], 80 + 10 * np.arange(8))
  assert followed.found.tolist() == [i != 3 for i in range(8)]
  assert followed.mean_score == pytest.approx(0.9)
  assert followed.eye_distance == pytest.approx(40)


def test_a_large_mistake_in_one_frame_is_not_the_face():
  clip = [[face(100)] for _ in range(6)]
  clip[2].append(face(500, size=200))
  assert np.allclose(follow(clip).eyes[:, 0, 0], 80)


def test_ends_without_a_face_take_the_nearest_eyes():
  followed = follow([[], [face(100)], [face(110)], []])
  assert np.allclose(followed.eyes[:, 0, 0], [80, 80, 90, 90])


def test_a_face_missing_for_too_long_is_refused():
  clip = [*[[face(100)]] * 3, *[[]] * 4, *[[face(100)]] * 2]
  assert follow(clip, max_gap=4).found.sum() == 5
  with pytest.raises(InputError, match='4 of 9 frames, 4 in a row'):
    follow(clip, max_gap=3)
  with pytest.raises(InputError, match='no face in 3 of 5'):
    follow([[face(100)], [], [], [], [face(100)]])
  with pytest.raises(InputError, match='no face in 3 of 3'):
    follow([[], [], []])


def test_smoothing_keeps_a_still_face_and_calms_a_trembling_one():
  still = follow([[face(100)]] * 9, smooth=1.5)
  assert np.allclose(still.eyes[:, 0, 0], 80)
  trembling = [[face(100 + (-1) ** i)] for i in range(40)]
  rough, calm = (follow(trembling, smooth=s).eyes[:, 0, 0].std() for s in (0.0, 1.5))
  assert calm < rough / 5
