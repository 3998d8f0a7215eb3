"""The speed at which windows are read from a file, for frames that stay on the host."""

import dataclasses
import pathlib
import tempfile

import numpy as np

from stc_jax.data import host_data
from stc_jax.data.input import InputConfig
from stc_jax.speed.clock import PartSpeed, measure
from stc_jax.speed.random_clips import random_clips
from stc_jax.tasks.classification import Classification

_FRAMES, _CHUNKS, _STEPS, _BATCH = 4096, 8, 10, 16
# NVIDIA's data sheet of the H100 SXM: bfloat16 products a second, without sparsity.
_H100_FLOPS = 989e12
_SHARE = 0.35  # of the ceiling; a good training program reaches it


def windows(size: InputConfig, repeats: int) -> PartSpeed:
  """Gathers random windows from a mapped file in the page cache."""
  random = np.random.default_rng(0)
  some = random_clips(size, Classification())
  starts = random.integers(0, _FRAMES - size.frames, _FRAMES)[:, None]
  shown = (starts + np.arange(size.frames)).astype(np.int32)
  every = np.zeros(_FRAMES, np.int32)
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / 'frames.npy'
    shape = (_FRAMES, *some.frames.shape[1:])
    np.save(path, random.integers(0, 256, shape, np.uint8))
    clip_set = dataclasses.replace(
      some,
      frames=np.asarray(np.load(path, mmap_mode='r')),
      windows=shown,
      candidates=shown,
      lengths=every + size.frames,
      num_candidates=every + size.frames,
      targets=every,
    )
    examples = random.integers(0, _FRAMES, (_CHUNKS, _STEPS, _BATCH))

    def gather(number: int):
      return host_data.part(clip_set, examples[number], place=0, parts=1)

    timing = measure(lambda: list(host_data.ahead(gather, _CHUNKS)), repeats)
  return PartSpeed(timing, examples.size, 'windows')


def windows_for_h100(training_flops: float) -> float:
  """Windows a second that would keep an H100 at 35 % of its ceiling."""
  return _SHARE * _H100_FLOPS / training_flops
