"""The input pipeline and the preprocessing, measured."""

import pathlib
import tempfile

import cv2
import jax
import numpy as np

from stc_jax.data import frame_reading, reading, records
from stc_jax.data.device_data import device_arrays
from stc_jax.faces import images
from stc_jax.runs.config import Experiment
from stc_jax.speed.clock import PartSpeed, measure

# Raw frames of the size that CK+ has.
_RAW_FRAMES, _RAW_HEIGHT, _RAW_WIDTH, _PREPARED = 32, 490, 640, 64


def input_pipeline(builder, experiment: Experiment, repeats: int) -> PartSpeed:
  """A prepared set, from its files to device memory at the input's size."""
  count = sum(split.num_examples for split in builder.info.splits.values())

  def call():
    if experiment.input.per_frame:
      some = records.au_numbers(builder)[:1]
      clip_set = frame_reading.read(builder, experiment.input, some)
    else:
      clip_set = reading.read(builder, experiment.input)
    jax.block_until_ready(jax.device_put(device_arrays(clip_set)))

  return PartSpeed(measure(call, repeats), count, 'clips')


def preprocessing(repeats: int) -> PartSpeed:
  """Raw PNG frames of 640 x 490, read and resized as `prepare --align=none` does."""
  random = np.random.default_rng(0)
  small = random.integers(0, 256, (_RAW_FRAMES, 49, 64, 3), np.uint8)
  with tempfile.TemporaryDirectory() as folder:
    paths = [pathlib.Path(folder) / f'{i}.png' for i in range(_RAW_FRAMES)]
    for path, frame in zip(paths, small, strict=True):
      cv2.imwrite(str(path), cv2.resize(frame, (_RAW_WIDTH, _RAW_HEIGHT)))
    timing = measure(lambda: images.read_images(paths, _PREPARED), repeats)
  return PartSpeed(timing, _RAW_FRAMES, 'frames')
