"""What a prediction is made of, and what it says of a file that isn't whole."""

import fake_model
import numpy as np
import videos

from stc_jax.predict import answering, page, record, sources
from stc_jax.predict.answering import Asked


def test_of_a_file_that_is_cut_the_whole_frames_are_answered(tmp_path):
  noise = np.random.default_rng(0).integers(0, 256, (157, 48, 48, 3), np.uint8)
  path = videos.write(tmp_path / 'a.mkv', noise)
  data = path.read_bytes()
  path.write_bytes(data[: len(data) * 7 // 10])
  source = sources.of_path(path)
  asked = Asked(align='none', min_motion=0.0)
  answer = answering.answer(fake_model.bundle(), fake_model.ask, source, asked)
  assert 100 < answer.frames < 120
  assert (answer.table['label'] != '').all()
  said = f'cut short: {answer.frames} of 157 frames are whole'
  assert said in answer.notes[0]
  assert said in record.outcome(answer, {}, [])['notes'][0]
  assert said in page.html_of(answer, path.name, about='')
