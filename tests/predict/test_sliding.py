"""Windows that slide: each frame's answer is the mean of those that show it."""

import dataclasses

import numpy as np
import pytest
from fakes import fake_model

from stc_jax.data import sampling
from stc_jax.faces.images import resize
from stc_jax.predict.sliding import Batches, ClipStretch, FrameStretch, Windows

FPS = 25.0


def crops(count):
  rng = np.random.default_rng(0)
  return rng.integers(0, 256, (count, 20, 20, 3), np.uint8)


def told(kind, windows, frames):
  """The tally of a stretch, and the most crops that were held."""
  batches, held = Batches(fake_model.ask), 0
  stretch = kind(windows, batches, 2)
  for crop in frames:
    stretch.add(crop)
    held = max(held, len(stretch._crops))
  stretch.end()
  batches.flush()
  return stretch.tally, held


def shown(clip, size=fake_model.CLIP):
  numbers, real = size.window(clip, FPS)
  return resize(clip[numbers], size.height, size.width)[:real]


@pytest.mark.parametrize(('count', 'length', 'step'), [(100, 10, 3), (12, 10, 10)])
def test_a_frame_s_answer_is_the_mean_over_all_windows_that_show_it(
  count, length, step
):
  frames = crops(count)
  tally, held = told(
    ClipStretch, Windows(fake_model.CLIP, FPS, length, step, 0.0), frames
  )
  firsts = sorted({*range(0, count - length + 1, step), count - length})
  bright = {
    f: fake_model.ask([shown(frames[f : f + length])], [4])[0, 1] for f in firsts
  }
  for number, found in enumerate(tally.means()[:, 1]):
    wanted = [v for f, v in bright.items() if f <= number < f + length]
    assert found == pytest.approx(np.mean(wanted), abs=1e-6)
  assert held <= length + 1


@pytest.mark.parametrize(('count', 'length'), [(7, 10), (3, 10), (40, 0), (1, 10)])
def test_what_is_shorter_than_a_window_is_shown_as_a_short_clip(count, length):
  frames = crops(count)
  tally, _ = told(ClipStretch, Windows(fake_model.CLIP, FPS, length, 2, 0.0), frames)
  own = shown(frames)
  wanted = fake_model.ask([own], [len(own)])[0]
  np.testing.assert_allclose(tally.means(), np.tile(wanted, (count, 1)), atol=1e-6)
  assert tally.motion == pytest.approx(np.full(count, sampling.change(own).max()))


def test_windows_that_move_too_little_have_no_answer():
  frames = np.concatenate([np.repeat(crops(1), 40, axis=0), crops(20)])
  tally, _ = told(ClipStretch, Windows(fake_model.CLIP, FPS, 10, 5, 1.0), frames)
  answered = ~np.isnan(tally.means()[:, 0])
  assert not answered[:34].any()
  assert answered[41:].all()
  assert (tally.motion[:34] == 0).all()


@pytest.mark.parametrize(('kind', 'rate'), [('past', 0.0), ('centred', 5.0)])
@pytest.mark.parametrize('count', [1, 5, 90])
def test_of_action_units_each_frame_is_told_as_in_the_whole_recording(
  kind, rate, count
):
  size = dataclasses.replace(fake_model.CLIP, sampling=kind, frame_rate=rate)
  frames = crops(count)
  tally, held = told(FrameStretch, Windows(size, FPS, 1, 1, 0.0), frames)
  own = resize(frames, 16, 16)
  windows = size.frame_windows(np.arange(count), FPS)
  wanted = fake_model.ask(own[windows], np.full(count, 4))
  np.testing.assert_allclose(tally.means(), wanted, atol=1e-6)
  assert held <= 16 + 2 * 21
