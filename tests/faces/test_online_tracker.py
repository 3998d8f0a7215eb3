"""Tracking faces online: agreement with the offline tracker, and identities."""

import numpy as np
import pytest

from stc_jax.faces import offline_tracker
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.detect import Face
from stc_jax.faces.online_tracker import OnlineTracker, lateness

FPS = 25.0


def face(x, y=100.0, size=80.0, score=0.9):
  box = np.array([x, y, x + size, y + size])
  eyes = np.array([[x + 0.3 * size, y + 0.4 * size], [x + 0.7 * size, y + 0.4 * size]])
  return Face(box, eyes, score)


def followed(frames, how=None):
  """All places, and the most frames that one came late."""
  how = how or Alignment()
  follower = OnlineTracker(how, FPS)
  places, late = [], 0
  for number, faces in enumerate(frames):
    looks = [np.zeros((8, 8, 3))] * len(faces)
    new = follower.add(faces, looks, begins_shot=False)
    late = max([late, *(number - place.frame for place in new)])
    places += new
  assert late <= lateness(how)
  return places + follower.end()


@pytest.mark.parametrize('smooth', [0.0, 0.3, 2.0])
def test_one_face_is_where_the_track_of_the_whole_clip_is(smooth):
  rng = np.random.default_rng(0)
  frames = [[face(100 + i + rng.normal(), 100 + rng.normal())] for i in range(60)]
  for missing in (0, 1, 20, 21, 22, 40, 58, 59):
    frames[missing] = []
  how = Alignment(smooth=smooth)
  places = followed(frames, how)
  whole = offline_tracker.follow(frames, how.max_gap, how.smooth)
  assert [place.frame for place in places] == list(range(60))
  assert {(place.face, place.tracklet) for place in places} == {(1, 1)}
  np.testing.assert_allclose([p.eyes for p in places], whole.eyes, atol=1e-9)
  np.testing.assert_array_equal([not np.isnan(p.score) for p in places], whole.found)


def test_a_long_absence_begins_another_tracklet_of_the_same_face():
  frames = [[face(100)]] * 20 + [[]] * 10 + [[face(105)]] * 20
  places = followed(frames)
  assert {(p.face, p.tracklet) for p in places} == {(1, 1), (1, 2)}
  assert [p.frame for p in places] == [*range(20), *range(30, 50)]


def test_who_comes_back_late_or_elsewhere_is_another_face():
  late = [[face(100)]] * 20 + [[]] * 60 + [[face(100)]] * 20
  elsewhere = [[face(100)]] * 20 + [[]] * 10 + [[face(400)]] * 20
  for frames in (late, elsewhere):
    assert {place.face for place in followed(frames)} == {1, 2}


def test_two_faces_keep_their_numbers_whatever_their_order():
  left, right = [face(100 + i) for i in range(40)], [face(400 - i) for i in range(40)]
  pairs = zip(left, right, strict=True)
  frames = [[a, b] if i % 2 else [b, a] for i, (a, b) in enumerate(pairs)]
  places = followed(frames)
  of_left = [p for p in places if p.box[0] < 200]
  assert len({p.face for p in of_left}) == 1
  assert [p.frame for p in of_left] == list(range(40))
