"""The order in which training shows clips; it is data, drawn on the host.

A counter-based generator (Philox; Salmon et al. 2011) draws it, so each epoch of each
trial can be drawn separately and anywhere, with the same result.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int

# Each use of randomness on the host has another number.
_EPOCHS, _BALANCED = 0, 1


def draw(
  seed: int, train: Int[np.ndarray, 'n'], steps: int, batch_size: int
) -> Int[np.ndarray, 'steps b']:
  """The clips of every step; each of `train` occurs once per epoch."""
  epochs = -(-steps * batch_size // len(train))
  shown = np.concatenate([train[_epoch(seed, e, len(train))] for e in range(epochs)])
  return shown[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)


def _epoch(seed: int, epoch: int, count: int) -> Int[np.ndarray, '{count}']:
  """A permutation of an epoch's clips."""
  generator = np.random.Philox(key=[seed, _EPOCHS], counter=[0, 0, 0, epoch])
  return np.random.Generator(generator).permutation(count)


def draw_balanced(
  seed: int,
  cells: Sequence[Sequence[Int[np.ndarray, '_']]],
  steps: int,
  batch_size: int,
) -> Int[np.ndarray, 'steps b']:
  """The clips of every step; sets, and the classes of each set, occur equally often.

  Up to any step the numbers of times that two sets, two classes of a set, or two clips
  of such a class have occurred differ by at most 1.

  Args:
    seed: of the trial.
    cells: for each set and each of its classes, the clips.
    steps: of training.
    batch_size: clips of a step.
  """
  shown = np.empty(steps * batch_size, np.int32)
  streams = _streams(seed)
  of_set = _blocks(next(streams), len(cells), len(shown))
  for number, classes in enumerate(cells):
    places = np.flatnonzero(of_set == number)
    of_class = _blocks(next(streams), len(classes), len(places))
    for own, clips in enumerate(classes):
      chosen = places[of_class == own]
      shown[chosen] = clips[_blocks(next(streams), len(clips), len(chosen))]
  return shown.reshape(steps, batch_size)


def _streams(seed: int) -> Iterator[np.random.Generator]:
  """Yields independent generators."""
  for number in itertools.count():
    counter = [0, 0, 0, number]
    yield np.random.Generator(np.random.Philox(key=[seed, _BALANCED], counter=counter))


def _blocks(
  generator: np.random.Generator, count: int, length: int
) -> Int[np.ndarray, '{length}']:
  """Permutations of `count` numbers, one after the other."""
  rows = np.tile(np.arange(count), (-(-length // count), 1))
  return generator.permuted(rows, axis=1).ravel()[:length]
