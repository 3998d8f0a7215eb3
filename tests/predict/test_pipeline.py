"""From frames to rows, in little memory, without MTCNN's networks."""

import dataclasses
import tracemalloc

import cv2
import numpy as np
import pytest
import skimage.data
from fakes import fake_model
from fakes.fake_model import face

from stc_jax.errors import InputError
from stc_jax.faces import stream
from stc_jax.predict import sources
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.pipeline import predict_video
from stc_jax.predict.render.overlay import Overlay
from stc_jax.predict.sources import Source

FPS = 25.0


@pytest.fixture
def answered(monkeypatch):
  """Answers for frames that brighten, where faces are as told."""

  def answer(faces, asked=None, bundle=None, shape=(120, 400, 3), shown=None, fps=FPS):
    def searched(frames):
      return ((frame, faces[i]) for i, frame in enumerate(frames))

    def frames():
      if shown is not None:
        yield from shown
        return
      for number in range(len(faces)):
        yield np.full(shape, 5 * number % 256, np.uint8)

    monkeypatch.setattr(stream, 'search', searched)
    source = Source(None, fps, len(faces), frames)
    bundle = bundle or fake_model.bundle()
    return predict_video(bundle, fake_model.ask, source, asked or PredictOptions())

  return answer


def test_every_frame_has_a_row_and_no_face_has_no_answer(answered):
  found = answered([[]] * 10 + [[face(100)]] * 30 + [[]] * 20 + [[face(102)]] * 30)
  table = found.table
  assert table['frame'].tolist() == list(range(90))
  assert (table['face'] > 0).tolist() == [False] * 10 + [True] * 30 + [False] * 20 + [
    True
  ] * 30
  nobody = table[table['face'] == 0]
  assert set(nobody['label']) == {''}
  assert all(np.isnan(nobody[name]).all() for name in table.dtype.names[3:-1])
  assert set(table['face']) == {0, 1}  # back within two seconds: the same
  np.testing.assert_allclose(table['approx_time'], table['frame'] / FPS)


def test_the_largest_face_or_all_that_stay(answered):
  glimpsed, unsure = [face(330, size=20)], [face(330, size=20, score=0.8)]
  faces = [[face(0, size=80), face(200)]] * 5 + [[face(200), face(0, size=80)]] * 35
  faces[3] = faces[3] + glimpsed
  faces[20:40] = [of_frame + unsure for of_frame in faces[20:40]]
  largest, everyone = answered(faces), answered(faces, PredictOptions(faces='all'))
  assert largest.faces == [1]
  assert set(largest.table['box_left']) == {0}
  assert everyone.faces == [1, 2]
  assert len(everyone.table) == 80
  assert set(everyone.of_face(1)['box_left']) == {0}


def test_of_two_the_largest_is_chosen_in_each_frame(answered):
  both = [face(0, size=120), face(200)]
  faces = [both] * 40 + [[face(200)]] * 60 + [[face(0)]] * 40
  found = answered(faces).table
  assert found['face'].tolist() == [1] * 40 + [2] * 60 + [3] * 40
  photograph, person = face(300, size=20), face(0, size=110)
  faces = [[photograph]] * 100 + [[photograph, person]] * 30 + [[photograph]] * 900
  found = answered(faces).table
  assert found['face'].tolist() == [1] * 100 + [2] * 30 + [1] * 900


def test_a_trembling_size_does_not_change_who_is_chosen(answered):
  rng = np.random.default_rng(0)
  sizes = 60 + rng.uniform(-4, 4, (80, 2))
  found = answered([[face(0, size=a), face(200, size=b)] for a, b in sizes])
  assert len(found.faces) == 1


def test_a_short_gap_is_filled_and_has_no_score(answered):
  faces = [[face(100)]] * 10 + [[]] * 3 + [[face(112)]] * 10
  table = answered(faces).table
  assert np.isnan(table['face_score'][10:13]).all()
  np.testing.assert_allclose(table['box_left'][10:13], [103, 106, 109])
  assert (table['label'] != '').all()


@pytest.mark.parametrize('align', ['mtcnn', 'none'])
@pytest.mark.parametrize(('photographs', 'each'), [(2, 75), (20, 1)])
def test_photographs_one_after_the_other_are_no_motion(
  answered, align, photographs, each
):
  rng = np.random.default_rng(0)
  small = rng.integers(0, 256, (photographs, 12, 40, 3), np.uint8)
  shown = np.repeat([cv2.resize(one, (400, 120)) for one in small], each, axis=0)
  found = answered([[face(100)]] * len(shown), PredictOptions(align=align), shown=shown)
  assert found.faces == list(range(1, photographs + 1))
  np.testing.assert_array_equal(found.table['face'], 1 + np.arange(len(shown)) // each)
  assert set(found.table['label']) == {''}
  assert any('another shot begins' in note for note in found.notes)


def test_memory_does_not_grow_with_the_video(monkeypatch):
  frame = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
  shifting = [[face(50 + i)] for i in range(9)]
  monkeypatch.setattr(
    stream.detect,
    'detect',
    lambda frames: [shifting[i % 9] for i in range(len(frames))],
  )

  def peak(count):
    source = Source(None, FPS, count, lambda: (frame.copy() for _ in range(count)))
    tracemalloc.start()
    found = predict_video(fake_model.bundle(), fake_model.ask, source, PredictOptions())
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.table) == count
    return used

  peak(20)  # what is made once
  assert peak(300) < 1.2 * peak(140)  # crops kept would be 1.3 times as much


def test_of_few_frames_a_second_it_is_said_what_to_set(answered):
  faces = [[face(100)]] * 20
  (note,) = (n for n in answered(faces, fps=1.0).notes if 'few frames' in n)
  chosen = dict(part[2:].split('=') for part in note.split() if part.count('=') == 1)
  asked = PredictOptions(**{name: float(value) for name, value in chosen.items()})
  found = answered(faces, asked, fps=1.0)
  assert (found.settings['window_frames'], found.settings['step_frames']) == (5, 1)
  for quiet in (
    found,
    answered(faces),
    answered(faces, PredictOptions(one_clip=True), fps=1.0),
  ):
    assert not any('few frames' in n for n in quiet.notes)


def test_action_units_have_columns_of_their_own(answered):
  size = dataclasses.replace(fake_model.CLIP, sampling='past')
  bundle = fake_model.bundle(size, names=('AU1', 'AU12'))
  found = answered([[face(100)]] * 20, bundle=bundle)
  assert found.columns == ('au_01', 'au_12')
  assert found.table['label'][0] == 'AU1'  # a dark frame: 1 - 0, and 0
  with pytest.raises(InputError, match='one_clip: not for a model of action units'):
    answered([[face(100)]] * 20, PredictOptions(one_clip=True), bundle)


def test_a_neutral_class_answers_for_resting_faces_and_not_for_a_picture():
  rng = np.random.default_rng(0)
  picture = rng.integers(10, 120, (30, 64, 64, 3))
  picture[:] = picture[0]
  noisy = picture + np.round(rng.normal(0, 3, picture.shape)).astype(int)
  resting = noisy + np.arange(30)[:, None, None, None] % 7  # hardly moves
  knows, six = fake_model.bundle(names=('neutral', 'b')), fake_model.bundle()

  def labels(frames, bundle, **asked):
    source = sources.of_frames(frames.astype(np.uint8), FPS)
    found = predict_video(
      bundle, fake_model.ask, source, PredictOptions(align='none', **asked)
    )
    return set(found.table['label'])

  assert labels(resting, knows) == {'neutral'}
  assert labels(noisy, knows) == labels(picture, knows) == {''}
  assert labels(picture, six) == {''}
  assert labels(picture, six, min_motion=0.0) == {'dark'}
  for field in ('still_motion', 'still_share'):
    size = dataclasses.replace(fake_model.CLIP, **{field: 0.5})
    for names in (('neutral', 'b'), ('dark', 'bright')):
      trained = fake_model.bundle(size, names)
      assert labels(picture, trained) == labels(noisy, trained) == {names[0]}


def test_a_model_of_stills_answers_for_pictures_and_has_no_note_on_motion():
  one = dataclasses.replace(fake_model.CLIP, frames=1, sampling='last')
  still = {'low': 0.0, 'median': 0.0, 'high': 0.0}
  seconds = dict.fromkeys(still, 0.04)
  bundle = fake_model.bundle(
    one, ('neutral', 'b'), clip_motion=still, clip_seconds=seconds
  )
  for count in (1, 4):
    picture = np.full((count, 64, 64, 3), 200, np.uint8)
    source = sources.of_frames(picture, FPS)
    found = predict_video(bundle, fake_model.ask, source, PredictOptions(align='none'))
    assert found.table['label'].tolist() == ['b'] * count
    assert not any('motion' in note for note in found.notes)


@pytest.mark.parametrize('turns', [1, 2, 3])
def test_a_face_on_its_side_or_head_is_answered_once_turned(turns):
  upright = np.ascontiguousarray(skimage.data.astronaut()[:320, 64:384])
  turned = np.ascontiguousarray(np.rot90(upright, -turns))
  asked = PredictOptions(min_motion=0.0)

  def told(frame):
    source = Source(None, FPS, 2, lambda: iter([frame] * 2))
    return predict_video(fake_model.bundle(), fake_model.ask, source, asked)

  wanted, found = told(upright), told(turned)
  np.testing.assert_array_equal(found.table, wanted.table)
  assert (wanted.turned, found.turned) == (0, turns)
  (note,) = set(found.notes) - set(wanted.notes)
  assert 'turned by' in note
  np.testing.assert_array_equal(
    Overlay(found).draw(1, turned), Overlay(wanted).draw(1, upright)
  )


def test_choices_out_of_range_are_named():
  for field, value in (('faces', 'some'), ('seconds', 0.0), ('min_motion', -1.0)):
    with pytest.raises(InputError, match=f'{field}: '):
      PredictOptions(**{field: value})
  with pytest.raises(InputError, match='step: with one_clip a window is a whole shot'):
    PredictOptions(one_clip=True, step=1.0)
