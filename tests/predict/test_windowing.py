"""Sliding windows: a frame's probabilities are means over its windows."""

import dataclasses
import tracemalloc

import numpy as np
import pytest
from fakes import fake_model

from stc_jax.data import sampling
from stc_jax.faces.images import resize
from stc_jax.faces.stream import FaceCrop
from stc_jax.faces.track_smoother import Place
from stc_jax.predict.pipeline import classify
from stc_jax.predict.table import RowCollector
from stc_jax.predict.windowing import WindowConfig, slide

FPS = 25.0
NAMES = ('dark', 'bright')


def crops(count):
  rng = np.random.default_rng(0)
  return rng.integers(0, 256, (count, 20, 20, 3), np.uint8)


def of_one_face(frames):
  box, eyes = np.zeros(4), np.zeros((2, 2))
  for number, crop in enumerate(frames):
    yield FaceCrop(Place(1, 1, number, box, eyes, 1.0), crop)


def predicted(config, frames):
  """The table of one face's crops."""
  rows = RowCollector(NAMES, fake_model.CLASSES)
  windows = slide(rows.record_places(of_one_face(frames)), config, 0)
  for window, probabilities in classify(rows.record_motion(windows), fake_model.ask):
    rows.record_probabilities(window, probabilities)
  return rows.table()


def means(table):
  return np.stack([table['probability_dark'], table['probability_bright']], axis=1)


def shown(clip, size=fake_model.CLIP):
  numbers, length = size.window(clip, FPS)
  return resize(clip[numbers], size.height, size.width)[:length]


@pytest.mark.parametrize(('count', 'length', 'step'), [(100, 10, 3), (12, 10, 10)])
def test_a_frame_s_answer_is_the_mean_over_all_windows_that_show_it(
  count, length, step
):
  frames = crops(count)
  table = predicted(WindowConfig(fake_model.CLIP, FPS, length, step, 0.0), frames)
  firsts = sorted({*range(0, count - length + 1, step), count - length})
  bright = {
    f: fake_model.ask([shown(frames[f : f + length])], [4])[0, 1] for f in firsts
  }
  for number, found in enumerate(table['probability_bright']):
    wanted = [v for f, v in bright.items() if f <= number < f + length]
    assert found == pytest.approx(np.mean(wanted), abs=1e-6)


@pytest.mark.parametrize(('count', 'length'), [(7, 10), (3, 10), (40, 0), (1, 10)])
def test_what_is_shorter_than_a_window_is_shown_as_a_short_clip(count, length):
  frames = crops(count)
  table = predicted(WindowConfig(fake_model.CLIP, FPS, length, 2, 0.0), frames)
  own = shown(frames)
  wanted = fake_model.ask([own], [len(own)])[0]
  np.testing.assert_allclose(means(table), np.tile(wanted, (count, 1)), atol=1e-6)
  change = np.full(count, sampling.change(own).max())
  assert table['motion'] == pytest.approx(change)


def test_windows_that_move_too_little_have_no_answer():
  frames = np.concatenate([np.repeat(crops(1), 40, axis=0), crops(20)])
  table = predicted(WindowConfig(fake_model.CLIP, FPS, 10, 5, 1.0), frames)
  has_label = table['label'] != ''
  np.testing.assert_array_equal(has_label, ~np.isnan(table['probability_dark']))
  assert not has_label[:34].any()
  assert has_label[41:].all()
  assert (table['motion'][:34] == 0).all()


@pytest.mark.parametrize(('kind', 'rate'), [('past', 0.0), ('centred', 5.0)])
@pytest.mark.parametrize('count', [1, 5, 90])
def test_of_action_units_each_frame_is_told_as_in_the_whole_recording(
  kind, rate, count
):
  size = dataclasses.replace(fake_model.CLIP, sampling=kind, frame_rate=rate)
  frames = crops(count)
  table = predicted(WindowConfig(size, FPS, 1, 1, 0.0), frames)
  own = resize(frames, 16, 16)
  windows = size.frame_windows(np.arange(count), FPS)
  wanted = fake_model.ask(own[windows], np.full(count, 4))
  np.testing.assert_allclose(means(table), wanted, atol=1e-6)


@pytest.mark.parametrize('kind', ['uniform', 'past', 'centred'])
def test_only_the_crops_that_windows_need_are_held(kind):
  size = dataclasses.replace(fake_model.CLIP, sampling=kind)
  config, (crop,) = WindowConfig(size, FPS, 10, 5, 0.0), crops(1)

  def peak(count):
    tracemalloc.start()
    total = sum(
      1 for _ in slide(of_one_face(crop.copy() for _ in range(count)), config, 0)
    )
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total >= count / 6
    return used

  peak(30)  # what is made once
  assert peak(600) < peak(150) + 50 * crop.nbytes
