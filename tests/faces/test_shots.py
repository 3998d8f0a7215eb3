"""Cuts: a new picture begins a shot, a change of brightness doesn't."""

import cv2
import numpy as np
import pytest
import skimage.data

from stc_jax.datasets.synthetic_faces import clips
from stc_jax.faces import shots
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.detect import Face
from stc_jax.faces.online_tracker import OnlineTracker

FPS = 25.0


@pytest.fixture(scope='module')
def people():
  return [
    clips.make_clip(0, subject, 'surprise', 1, size=128, lengths=(8, 8))
    for subject in range(1, 5)
  ]


def followed(frames, eyes):
  """The number of the face of each frame, whose box stays where it is."""
  follower, shot = OnlineTracker(Alignment(), FPS), shots.Shots(FPS)
  places = []
  for frame, pair in zip(frames, eyes, strict=True):
    face = Face(np.array([20.0, 20, 108, 108]), np.asarray(pair), 0.99)
    look = shots.small_face(frame, face.eyes)
    places += follower.add([face], [look], shot.begins(frame))
  return [place.face for place in places + follower.end()]


def test_a_face_keeps_its_number_within_a_shot_and_loses_it_at_a_cut(people):
  frames = [frame for clip in people for frame in clip.frames]
  eyes = [pair for clip in people for pair in clip.eyes]
  assert followed(frames, eyes) == [1 + i // 8 for i in range(32)]
  # As photographs: each rests, and each is there in one frame alone.
  at_rest = [(clip.frames[0], clip.eyes[0]) for clip in people]
  resting = [still for still in at_rest for _ in range(30)]
  assert followed(*zip(*resting, strict=True)) == [1 + i // 30 for i in range(120)]
  assert followed(*zip(*at_rest, strict=True)) == [1, 2, 3, 4]


def test_a_face_that_goes_on_while_its_background_changes_keeps_its_number(people):
  clip = people[0]
  slides = np.repeat(cv2.resize(skimage.data.astronaut(), (256, 256))[None], 8, axis=0)
  slides[4:] = slides[4:, ::-1]
  slides[:, 64:192, 64:192] = clip.frames
  assert set(followed(slides, clip.eyes + 64)) == {1}


def test_neither_a_shaking_camera_nor_light_is_a_cut():
  picture, shot = skimage.data.astronaut(), shots.Shots(FPS)
  for i in range(60):
    turn = cv2.getRotationMatrix2D(
      (225, 100), 8 * np.sin(i / 9), 1 + 0.1 * np.sin(i / 6)
    )
    turn[:, 2] += [20 * np.sin(i / 5), 12 * np.cos(i / 7)]
    light = 0.7 + 0.3 * np.cos(i)
    frame = (cv2.warpAffine(picture, turn, (512, 512)) * light).astype(np.uint8)
    assert not shot.begins(frame)
  assert shot.begins(skimage.data.chelsea()[:, :300])
