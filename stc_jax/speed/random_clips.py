"""A set of random pixels: they take as long as faces."""

import numpy as np

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import COLOURS, InputConfig
from stc_jax.tasks.task import Task

CLASSES = 6
# Clips in the memory of the device, and clips of a test.
CLIPS = 64


def random_clips(size: InputConfig, task: Task, count: int = CLIPS) -> ClipSet:
  """`count` clips of this input's size, with targets of a task."""
  random = np.random.default_rng(0)
  shape = (count, size.frames, size.height, size.width, COLOURS)
  frames = random.integers(0, 256, shape, np.uint8).reshape(-1, *shape[2:])
  outputs, targets = task.random_targets(random, count, CLASSES)
  windows = np.arange(count * size.frames, dtype=np.int32).reshape(count, -1)
  names = tuple(f'{number:03}' for number in range(count))
  zeros = np.zeros(count, np.float32)
  return ClipSet(
    name='random pixels',
    names=outputs,
    frames=frames,
    windows=windows,
    lengths=np.full(count, size.frames, np.int32),
    candidates=windows,
    num_candidates=np.full(count, size.frames, np.int32),
    targets=targets,
    subjects=names,
    clips=names,
    splits=('data',) * count,
    seconds=zeros,
    means=np.full((count, COLOURS), 0.5, np.float32),
    squares=np.full((count, COLOURS), 1 / 3, np.float32),
    motion=zeros,
    fingerprint='',
  )
