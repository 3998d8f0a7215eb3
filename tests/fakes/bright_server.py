"""Runs `stc-jax serve` with a model that predicts brightness, not a trained one.

`python -m fakes.bright_server HOLD --host=HOST ...`: a video whose name begins with
`held` is worked on until HOLD, a file, is gone; one that is called `defect` meets one.
"""

import pathlib
import sys

import cv2
import numpy as np

from fakes import fake_model
from stc_jax.cli import serve
from stc_jax.predict import model

HOLD = sys.argv.pop(1)
LARGE = np.zeros((3000, 3000), np.uint8)


class Bright(fake_model.BrightModel):
  """Is held up, or fails, as a video's name says."""

  def predict_source(self, source, options, on_frame):
    def advance():
      on_frame()
      while source.path.name.startswith('held') and pathlib.Path(HOLD).exists():
        cv2.blur(LARGE, (9, 9))  # in C++, where threads must not be ended
        on_frame()
      if source.path.stem == 'defect':
        raise AttributeError("'NoneType' object has no attribute 'name'")

    return super().predict_source(source, options, advance)


if __name__ == '__main__':
  model.load = lambda _: Bright()
  sys.argv.append('--model=bright')
  serve.run()
