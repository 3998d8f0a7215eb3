"""Drawing an answer: what a frame costs, whatever the video's length."""

import time

import numpy as np

from stc_jax.predict.answer import PLACE_FIELDS, Answer
from stc_jax.predict.drawing import Drawing

FACES = 4


def answer_of(frames):
  """Four faces in each frame."""
  dtype = [*PLACE_FIELDS, ('probability_a', np.float32), ('label', 'U1')]
  table = np.zeros(FACES * frames, dtype)
  table['frame'] = np.repeat(np.arange(frames), FACES)
  table['face'] = np.tile(np.arange(1, FACES + 1), frames)
  table['box_left'] = 20 * table['face']
  table['box_right'], table['box_bottom'] = table['box_left'] + 15, 40
  table['label'], table['probability_a'] = 'a', 0.5
  return Answer(table, ('a',), 25.0, frames, (120, 160), {}, ())


def seconds_of(drawing, picture):
  """A frame's, at best."""
  taken = []
  for number in range(200, 220):
    start = time.perf_counter()
    drawing.of(number, picture)
    taken.append(time.perf_counter() - start)
  return min(taken)


def test_a_frame_of_a_long_video_is_drawn_as_fast_as_one_of_a_short_one():
  picture = np.full((120, 160, 3), 90, np.uint8)
  short, long = Drawing(answer_of(300)), Drawing(answer_of(60_000))
  np.testing.assert_array_equal(short.of(210, picture), long.of(210, picture))
  assert seconds_of(long, picture) < 2 * seconds_of(short, picture)
