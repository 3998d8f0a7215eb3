import numpy as np
import pytest

from stc_jax.faces import face_crop, geometry


def spots(eyes, size=300):
  """Two round, soft spots on gray."""
  y, x = np.mgrid[:size, :size] + 0.5
  frame = np.full((size, size), 60.0)
  for number, (eye_x, eye_y) in enumerate(eyes):
    near = (x - eye_x) ** 2 + (y - eye_y) ** 2
    frame += (90 + 60 * number) * np.exp(-near / (2 * 4.0**2))
  return np.repeat(frame.astype(np.uint8)[..., None], 3, axis=2)


def centres(crop):
  """Where the two spots lie, the left one first."""
  values = np.clip(crop[..., 0].astype(float) - 70, 0, None)
  y, x = np.mgrid[: len(crop), : len(crop)] + 0.5
  found = []
  for half in (x < len(crop) / 2, x >= len(crop) / 2):
    weight = values * half
    found.append([(x * weight).sum(), (y * weight).sum()] / weight.sum())
  return np.array(found)


@pytest.mark.parametrize('tilt', [0.0, 12.0])
@pytest.mark.parametrize('distance', [20.0, 70.0])
def test_eyes_come_to_one_place(tilt, distance):
  across = np.array([np.cos(np.deg2rad(tilt)), np.sin(np.deg2rad(tilt))])
  eyes = np.array([150.3, 120.6]) + np.outer([-0.5, 0.5], across) * distance
  level = face_crop.crop(spots(eyes), eyes, face_crop.CropConfig(64, 'level'))
  unit = 64 / 2.6
  wanted = [[32 - unit / 2, 0.8 * unit], [32 + unit / 2, 0.8 * unit]]
  assert np.abs(centres(level) - wanted).max() < 0.3
  kept = centres(face_crop.crop(spots(eyes), eyes, face_crop.CropConfig(64, 'keep')))
  assert abs(np.linalg.norm(kept[1] - kept[0]) - unit) < 0.4
  angle = np.rad2deg(np.arctan2(*(kept[1] - kept[0])[::-1]))
  assert abs(angle - tilt) < 1.5


def test_black_beside_the_rectangle_and_beyond_the_frame():
  frame = np.full((100, 100, 3), 200, np.uint8)
  crop = face_crop.crop(
    frame, np.array([[10.0, 5.0], [30.0, 5.0]]), face_crop.CropConfig()
  )
  margin = round(64 * 0.2 / 2.6)
  assert not crop[:, :margin].any()
  assert not crop[:, 64 - margin :].any()
  assert not crop[: int(64 * 0.5 / 2.6)].any()  # above the frame
  assert (crop[-1, 32] == 200).all()


def test_a_warp_is_what_its_matrix_says():
  gradient = np.arange(100, dtype=np.uint8)
  frame = np.repeat(np.tile(gradient, (100, 1))[..., None], 3, axis=2)
  for step in (0.5, 1.0, 3.0):
    matrix = np.array([[step, 0, 20.0], [0, step, 30.0]])
    taken = geometry.warp(frame, matrix, 16)
    wanted = 20 + step * (np.arange(16) + 0.5) - 0.5
    assert np.abs(taken[5, :, 0] - wanted).max() <= 1


def test_a_similarity_takes_points_to_points():
  rng = np.random.default_rng(0)
  source, target = rng.normal(size=(2, 2, 2))
  matrix = geometry.similarity(source, target)
  assert np.allclose(source @ matrix[:, :2].T + matrix[:, 2], target)
  assert np.isclose(matrix[0, 0], matrix[1, 1])
  assert np.isclose(matrix[0, 1], -matrix[1, 0])
