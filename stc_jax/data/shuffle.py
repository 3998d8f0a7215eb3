"""The order in which training shows clips; it is data, drawn on the host.

A counter-based generator (Philox; Salmon et al. 2011) draws it, so each epoch of each
trial can be drawn separately and anywhere, with the same result.
"""

import numpy as np
from jaxtyping import Int

# Another use of randomness on the host would have another number.
_USE = 0


def draw(
  seed: int, train: Int[np.ndarray, 'n'], steps: int, batch_size: int
) -> Int[np.ndarray, 'steps b']:
  """The clips of every step; each of `train` occurs once per epoch."""
  epochs = -(-steps * batch_size // len(train))
  shown = np.concatenate([train[_epoch(seed, e, len(train))] for e in range(epochs)])
  return shown[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def _epoch(seed: int, epoch: int, count: int) -> Int[np.ndarray, '{count}']:
  """A permutation of an epoch's clips."""
  generator = np.random.Philox(key=[seed, _USE], counter=[0, 0, 0, epoch])
  return np.random.Generator(generator).permutation(count)
