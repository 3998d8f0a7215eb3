"""Serves the page with a model that tells brightness, in place of a trained one.

A video whose name begins with `held` is worked on until HOLD, a file, is gone; one that
is called `defect` meets one: `python -m fakes.bright_server HOLD HOST PORT MEGABYTES`.
"""

import pathlib
import sys

import cv2
import numpy as np

from fakes import fake_model
from stc_jax.cli import command_line
from stc_jax.predict.options import PredictOptions
from stc_jax.web import service

HOLD, HOST, PORT, MEGABYTES = sys.argv[1:]
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


def main():
  address = HOST, int(PORT)
  service.serve(Bright(), PredictOptions(), address, int(MEGABYTES), on_start=say)


def say(address):
  print(address, flush=True)


if __name__ == '__main__':
  sys.argv[1:] = []
  command_line.run(main)
