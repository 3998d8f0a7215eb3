"""Small clip sets in memory."""

import dataclasses

import numpy as np

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import COLOURS, InputConfig

CLASSES = ('anger', 'happiness', 'surprise')
INPUT = InputConfig(
  frames=4,
  height=16,
  width=16,
  frame_rate=0.0,
  sampling='uniform',
  training_sampling='same',
  transforms=('remove_appearance',),
  views=('original',),
)


def random(
  subjects: int = 6,
  size: InputConfig = INPUT,
  classes: tuple[str, ...] = CLASSES,
  **fields,
) -> ClipSet:
  """One clip of noise for each subject and class; class k is brighter by 40 * k.

  `fields` replace the set's own.
  """
  rng = np.random.default_rng(0)
  count, shape = subjects * len(classes), (size.height, size.width, COLOURS)
  labels = np.tile(np.arange(len(classes)), subjects)
  clips = rng.integers(0, 100, (count, size.frames, *shape), np.uint8)
  clips += (40 * labels).astype(np.uint8)[:, None, None, None, None]
  unit = clips / 255.0
  who = [f'S{number // len(classes):03}' for number in range(count)]
  windows = np.arange(count * size.frames, dtype=np.int32).reshape(count, -1)
  clip_set = ClipSet(
    name='random/1.0.0',
    names=classes,
    frames=clips.reshape(-1, *shape),
    windows=windows,
    lengths=np.full(count, size.frames, np.int32),
    candidates=windows,
    num_candidates=np.full(count, size.frames, np.int32),
    targets=labels.astype(np.int32),
    subjects=tuple(who),
    clips=tuple(f'{s}_{classes[k]}' for s, k in zip(who, labels, strict=True)),
    splits=('data',) * count,
    seconds=np.full(count, size.frames / 25, np.float32),
    means=unit.mean(axis=(1, 2, 3)).astype(np.float32),
    squares=(unit**2).mean(axis=(1, 2, 3)).astype(np.float32),
    motion=np.ones(count, np.float32),
    fingerprint='random',
  )
  return dataclasses.replace(clip_set, **fields)
