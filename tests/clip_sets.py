"""Small clip sets in memory."""

import numpy as np

from stc_jax.data.source import ClipSet

CLASSES = ('anger', 'happiness', 'surprise')


def random(
  subjects: int = 6,
  lengths: tuple[int, int] = (6, 6),
  size: int = 16,
  classes: tuple[str, ...] = CLASSES,
) -> ClipSet:
  """One clip of noise for each subject and class; class k is brighter by 40 * k."""
  rng = np.random.default_rng(0)
  frames, labels, who = [], [], []
  for subject in range(subjects):
    for label in range(len(classes)):
      shape = (rng.integers(lengths[0], lengths[1] + 1), size, size, 3)
      frames.append(rng.integers(0, 100, shape, np.uint8) + np.uint8(40 * label))
      labels.append(label)
      who.append(f'S{subject:03}')
  return ClipSet(
    name='random/1.0.0',
    classes=classes,
    frames=frames,
    labels=np.array(labels),
    subjects=tuple(who),
    clips=tuple(f'{s}_{classes[k]}' for s, k in zip(who, labels, strict=True)),
    fps=np.full(len(frames), 25.0, np.float32),
  )
