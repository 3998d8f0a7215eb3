"""Trains on mapped frames; prints the peak of anonymous memory, in bytes."""

import dataclasses
import pathlib
import sys
import tempfile

import numpy as np
from small import programs

from benchmarks.memory import Peak
from stc_jax.data import protocols
from stc_jax.data.trial_arrays import trial_arrays
from stc_jax.training.placement import OnHost

_EXAMPLES = 2000


def main(frames: int) -> None:
  peak = Peak()
  peak.start()
  with tempfile.TemporaryDirectory() as folder:
    tiny = mapped(pathlib.Path(folder) / 'frames.npy', frames)
    placement = OnHost(tiny.clip_set, tiny.arrays, programs.CHUNK, parts=1)
    made = programs.programs(1, tiny, placement=placement)
    programs.train(made, tiny, [0], placement=placement)
  print(peak.most)


def mapped(path: pathlib.Path, frames: int) -> programs.Tiny:
  """A set whose frames fill a file of zeros; its windows lie all over it."""
  plain = programs.tiny().clip_set
  shape = (frames, *plain.frames.shape[1:])
  np.lib.format.open_memmap(path, 'w+', np.uint8, shape).flush()
  random = np.random.default_rng(0)
  clips = random.integers(len(plain), size=_EXAMPLES)
  windows = random.integers(frames, size=(_EXAMPLES, plain.windows.shape[1]))
  windows = windows.astype(np.int32)
  per_example = {
    name: np.asarray(getattr(plain, name))[clips]
    for name in ('targets', 'seconds', 'means', 'squares', 'motion')
  }
  names = {
    name: tuple(getattr(plain, name)[clip] for clip in clips)
    for name in ('subjects', 'clips', 'splits')
  }
  length = np.full(_EXAMPLES, windows.shape[1], np.int32)
  clip_set = dataclasses.replace(
    plain,
    frames=np.asarray(np.load(path, mmap_mode='r')),
    windows=windows,
    candidates=windows,
    lengths=length,
    num_candidates=length,
    **per_example,
    **names,
  )
  trials = protocols.trials(clip_set, programs.PROTOCOL)[:1]
  trials = [dataclasses.replace(trials[0], test=trials[0].test[:64])]
  training = programs.TRAINING
  arrays = trial_arrays(
    clip_set, trials, training.steps, training.batch_size, programs.TASK.weights
  )
  return programs.Tiny(clip_set, trials, arrays)


if __name__ == '__main__':
  main(int(sys.argv[1]))
