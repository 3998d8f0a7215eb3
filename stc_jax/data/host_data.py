"""Clips in host memory: gathers the frames that a chunk of steps shows."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import grain
import numpy as np
from jaxtyping import Int

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.device_data import DeviceData

# Number of threads that gather chunks, and of chunks that wait.
_THREADS, _AHEAD = 2, 2

Gathered = TypeVar('Gathered')


def layout(steps: int, batch_size: int, parts: int) -> Int[np.ndarray, 'steps b']:
  """The index of each example of a chunk within its part.

  A batch is divided into `parts` of equal length, one per device. A part holds its rows
  of all steps, step by step.
  """
  size = batch_size // parts
  return np.arange(steps)[:, None] * size + np.arange(batch_size, dtype=np.int32) % size


def part(
  clip_set: ClipSet, examples: Int[np.ndarray, 'steps b'], place: int, parts: int
) -> DeviceData:
  """The examples of one part of a chunk, as a small set; see `layout`."""
  size = examples.shape[1] // parts
  own = examples[:, place * size : (place + 1) * size].ravel()
  windows = clip_set.windows[own]
  numbers, frames = windows, windows.shape[1]
  if clip_set.candidates is not clip_set.windows:
    numbers = np.concatenate([windows, clip_set.candidates[own]], axis=1)
  here = np.arange(numbers.size, dtype=np.int32).reshape(numbers.shape)
  here = _first_of_equals(here, numbers)
  return DeviceData(
    frames=clip_set.frames[numbers.ravel()],
    windows=here[:, :frames],
    lengths=clip_set.lengths[own],
    candidates=here[:, frames:] if numbers is not windows else here,
    num_candidates=clip_set.num_candidates[own],
    targets=clip_set.targets[own],
    black_sides=np.float32(clip_set.black_sides),
    at_rest=None if clip_set.at_rest is None else clip_set.at_rest[own],
  )


def _first_of_equals(
  places: Int[np.ndarray, 'n t'], numbers: Int[np.ndarray, 'n t']
) -> Int[np.ndarray, 'n t']:
  """Gives a number that follows its equal the place of that one.

  A window of one frame is then a window of one place, as in device memory.
  """
  is_new = np.diff(numbers, axis=1, prepend=-1) != 0
  return np.maximum.accumulate(np.where(is_new, places, 0), axis=1)


def ahead(gather: Callable[[int], Gathered], count: int) -> Iterator[Gathered]:
  """Yields `gather(0)`, `gather(1)`, ...; threads gather the next ones meanwhile.

  A chunk depends on its number alone, so a restart continues with the same chunks.
  """
  options = grain.ReadOptions(num_threads=_THREADS, prefetch_buffer_size=_AHEAD)
  return iter(grain.MapDataset.range(count).map(gather).to_iter_dataset(options))
