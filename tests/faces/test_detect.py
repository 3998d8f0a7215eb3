"""MTCNN on a real, public-domain face: scikit-image's astronaut."""

import importlib.util
import pathlib

import cv2
import numpy as np
import pytest
import skimage.data

from stc_jax.datasets.synthetic_faces import clips
from stc_jax.errors import InputError
from stc_jax.faces import detect, mtcnn

# As the published networks have them, by an implementation that isn't ours.
EYES = np.array([[203.9, 101.3], [246.4, 103.2]])


@pytest.fixture(scope='module')
def astronaut():
  return np.ascontiguousarray(skimage.data.astronaut())


def test_eyes_of_the_astronaut(astronaut):
  (faces,) = detect.detect([astronaut])
  (face,) = faces
  assert np.linalg.norm(face.eyes - EYES, axis=1).max() < 0.5
  assert face.score > 0.95
  left, top, right, bottom = face.box
  assert left < EYES[0, 0] < EYES[1, 0] < right
  assert top < EYES[:, 1].min() < 150 < bottom


@pytest.mark.slow
def test_eyes_follow_a_warped_face(astronaut):
  rng = np.random.default_rng(0)
  (at_rest,) = detect.detect([astronaut])[0]
  errors = []
  for number in range(80):
    warped, matrix = _warped(astronaut, rng, gray=number % 4 == 0)
    wanted = at_rest.eyes @ matrix[:, :2].T + matrix[:, 2]
    distance = np.linalg.norm(wanted[1] - wanted[0])
    found = [face.eyes for face in detect.detect([warped])[0]]
    error = min((np.linalg.norm(e - wanted, axis=1).max() for e in found), default=1e9)
    errors.append(error / distance)
  assert np.percentile(errors, 95) < 0.02, np.percentile(errors, [50, 90, 95, 100])


def _warped(image, rng, gray):
  """Turned by up to 15 degrees, scaled by 0.7 to 1.5, blurred, noisy."""
  angle, scale = np.deg2rad(rng.uniform(-15, 15)), np.exp(rng.uniform(-0.36, 0.4))
  turn = scale * np.array(
    [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
  )
  place = np.array([256, 220]) + rng.uniform(-40, 40, 2)
  matrix = np.hstack([turn, (place - turn @ EYES.mean(axis=0))[:, None]])
  centres = matrix.copy()  # OpenCV counts from the first pixel's centre
  centres[:, 2] += turn @ [0.5, 0.5] - 0.5
  image = cv2.GaussianBlur(image, (0, 0), 0.5) if scale < 1 else image
  warped = cv2.warpAffine(image, centres, (512, 512))
  warped = cv2.GaussianBlur(warped, (0, 0), rng.uniform(0.2, 1.0))
  noisy = np.clip(warped + rng.normal(0, rng.uniform(0, 8), warped.shape), 0, 255)
  warped = noisy.astype(np.uint8)
  if gray:
    warped = np.repeat(cv2.cvtColor(warped, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
  return warped, matrix


def test_many_faces_one_none_in_one_call(astronaut):
  one = astronaut[20:220, 120:330]
  blank = np.full_like(one, 127)
  noise = np.random.default_rng(0).integers(0, 255, one.shape, np.uint8)
  frames = [
    np.hstack([one, one[:, ::-1]]),
    np.hstack([blank, one]),
    np.hstack([blank, noise]),
  ]
  two, single, none = detect.detect(frames)
  assert [len(two), len(single), len(none)] == [2, 1, 0]
  (alone,) = detect.detect([frames[1]])[0]
  assert np.abs(alone.eyes - single[0].eyes).max() < 1e-3
  assert np.allclose(single[0].eyes - [210, 0], detect.detect([one])[0][0].eyes, atol=2)


@pytest.mark.parametrize(('height', 'width'), [(1, 1), (11, 40), (37, 19), (200, 3)])
def test_any_size_is_taken(height, width):
  frame = np.full((height, width, 3), 90, np.uint8)
  assert detect.detect([frame]) == [[]]


def test_a_small_face_is_sought_where_there_is_no_large_one(astronaut):
  small = cv2.resize(astronaut, (190, 190), interpolation=cv2.INTER_AREA)
  frame = np.full((900, 1200, 3), 110, np.uint8)
  frame[500:690, 700:890] = small
  (face,) = detect.detect([frame])[0]
  assert np.abs(face.eyes - (EYES * 190 / 512 + [700, 500])).max() < 2


def test_the_few_sizes_are_compiled_once(astronaut):
  detect.detect([astronaut])
  before = mtcnn.compiled.cache_info().misses
  for height in (500, 505, 512):
    detect.detect([astronaut[:height]] * 3)
  assert mtcnn.compiled.cache_info().misses <= before + 1


@pytest.mark.parametrize('sides', [(480, 640), (4000, 6000), (8000, 8000), (99, 30000)])
def test_the_search_takes_as_little_memory_of_a_huge_picture(sides, monkeypatch):
  asked = []

  def nothing_found(network, shape):
    count, height, width, _ = shape
    asked.append(count * height * width)
    places = count, (height - 12) // 2 + 1, (width - 12) // 2 + 1
    none = (np.zeros(places), np.zeros((*places, 4)), np.zeros((count, 10)))
    heads = {'pnet': 2, 'rnet': 2, 'onet': 3}[network]
    if network != 'pnet':
      none = np.zeros(count), np.zeros((count, 4)), np.zeros((count, 10))
    return lambda arrays, images: none[:heads]

  monkeypatch.setattr(mtcnn, 'compiled', nothing_found)
  assert detect.detect([np.zeros((*sides, 3), np.uint8)]) == [[]]
  assert max(asked) < 3 * 2**20  # pixels at a time, of some 200 bytes each


def test_a_face_of_a_huge_picture_is_where_it_is(astronaut):
  frame = np.full((4000, 6000, 3), 110, np.uint8)
  frame[900:3972, 2900:5972] = cv2.resize(astronaut, (3072, 3072))
  (face,) = detect.detect([frame])[0]
  assert np.abs(face.eyes - (EYES * 6 + [2900, 900])).max() < 6


@pytest.mark.slow
def test_no_eyes_are_seen_where_a_turned_face_has_none(astronaut):
  rng = np.random.default_rng(0)
  frames = [_warped(astronaut, rng, gray=False)[0] for _ in range(5)]
  for turns in (1, 2, 3):
    turned = [np.ascontiguousarray(np.rot90(frame, turns)) for frame in frames]
    assert not any(faces[0].score > 0.9 for faces in detect.detect(turned) if faces)
    assert detect.turn_of(turned[0]) == 4 - turns
  assert detect.turn_of(frames[0]) == 0


@pytest.mark.slow
def test_rendered_faces_are_found():
  near = []
  for subject in range(1, 25):
    emotion = ('anger', 'surprise', 'happiness')[subject % 3]
    clip = clips.make_clip(0, subject, emotion, 1, size=128, lengths=(6, 6))
    faces = detect.detect(list(clip.frames))
    for found, eyes in zip(faces, clip.eyes, strict=True):
      distance = np.linalg.norm(eyes[1] - eyes[0])
      errors = [np.linalg.norm(f.eyes - eyes, axis=1).max() for f in found]
      near.append(min(errors, default=np.inf) < 0.05 * distance)
  assert np.mean(near) >= 0.9, np.mean(near)


def test_other_weights_are_refused_before_they_are_read(tmp_path, monkeypatch):
  folder = tmp_path / 'assets' / 'weights'
  folder.mkdir(parents=True)
  fake = importlib.util.spec_from_file_location('mtcnn', tmp_path / '__init__.py')
  monkeypatch.setattr(importlib.util, 'find_spec', lambda _: fake)
  mtcnn.weights.cache_clear()
  with pytest.raises(InputError, match='pip install'):
    mtcnn.weights('pnet')
  (folder / 'pnet.lz4').write_bytes(b'not a pickle')
  with pytest.raises(InputError, match=str(pathlib.Path('weights') / 'pnet.lz4')):
    mtcnn.weights('pnet')
  monkeypatch.setattr(importlib.util, 'find_spec', lambda _: None)
  with pytest.raises(InputError, match='missing'):
    mtcnn.weights('pnet')
