"""In which order training shows its clips: data, drawn on the host.

Drawn by a counter-based generator (Philox; Salmon et al. 2011), so that any epoch of
any trial can be drawn by itself, anywhere, and is the same.
"""

import numpy as np
from jaxtyping import Int

# What else may be drawn on the host for a trial has another number.
_USE = 0


def draw(
  seed: int, train: Int[np.ndarray, 'n'], steps: int, batch_size: int
) -> Int[np.ndarray, 'steps b']:
  """The clips of every step: each of `train` once before any comes again."""
  epochs = -(-steps * batch_size // len(train))
  shown = np.concatenate([train[_epoch(seed, e, len(train))] for e in range(epochs)])
  return shown[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def _epoch(seed: int, epoch: int, count: int) -> Int[np.ndarray, '{count}']:
  """The places of an epoch's clips, shuffled."""
  generator = np.random.Philox(key=[seed, _USE], counter=[0, 0, 0, epoch])
  return np.random.Generator(generator).permutation(count)
