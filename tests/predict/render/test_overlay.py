"""Drawing a prediction: the content and the cost of a frame."""

import time

import numpy as np
from fakes.fake_model import CLASSES

from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render.overlay import Overlay
from stc_jax.predict.table import table_dtype


def answer_of(frames, faces=4):
  """So many faces in each frame."""
  table = np.zeros(faces * frames, table_dtype(('a',), CLASSES))
  table['frame'] = np.repeat(np.arange(frames), faces)
  table['face'] = np.tile(np.arange(1, faces + 1), frames)
  table['box_left'] = 20 * table['face']
  table['box_right'], table['box_bottom'] = table['box_left'] + 15, 40
  table['label'], table['probability_a'] = 'a', 0.5
  return Prediction(table, ('a',), CLASSES, 25.0, frames, (120, 160), {}, ())


def seconds_of(overlay, picture):
  """A frame's, at best."""
  taken = []
  for number in range(200, 220):
    start = time.perf_counter()
    overlay.draw(number, picture)
    taken.append(time.perf_counter() - start)
  return min(taken)


def test_a_frame_of_a_long_video_is_drawn_as_fast_as_one_of_a_short_one():
  picture = np.full((120, 160, 3), 90, np.uint8)
  short, long = Overlay(answer_of(300)), Overlay(answer_of(60_000))
  np.testing.assert_array_equal(short.draw(210, picture), long.draw(210, picture))
  assert seconds_of(long, picture) < 2 * seconds_of(short, picture)


def test_the_chart_goes_on_with_the_next_face():
  first, both = answer_of(400, faces=1), answer_of(400, faces=1)
  both.table['face'][200:] = 2  # numbered anew, as after a cut
  black = np.zeros((120, 160, 3), np.uint8)
  wanted, found = (Overlay(answer).draw(390, black) for answer in (first, both))
  chart = slice(-40, None)
  assert np.ptp(wanted[chart], axis=1).max() > 100
  np.testing.assert_array_equal(found[chart], wanted[chart])
