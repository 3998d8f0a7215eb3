"""Where a set's frames lie while a run trains: in device memory, or on the host.

In both cases a program reads the frames of its steps from the same arguments, so the
steps are the same, bit for bit.
"""

from collections.abc import Iterator
from typing import Protocol

import jax
import numpy as np
from jaxtyping import Int

from stc_jax.data import host_data
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.device_data import DeviceData
from stc_jax.data.trial_arrays import TrialArrays
from stc_jax.training.programs import ProgramInputs, Programs
from stc_jax.training.waves import take

PLACEMENTS = ('auto', 'device', 'host')


class Placement(Protocol):
  """The source of the data of programs.

  Attributes:
    tested, sampled: the numbers of test clips and of training clips that each trial's
      model predicts, with padding.
  """

  tested: int
  sampled: int

  def given(self, wave: int) -> ProgramInputs:
    """The shapes of the inputs of programs for `wave` trials at a time."""

  def arrays(self, programs: Programs, numbers: Int[np.ndarray, 'w']) -> TrialArrays:
    """The arrays of trials before their first step, on the devices."""

  def chunks(
    self, programs: Programs, numbers: Int[np.ndarray, 'w'], at: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """Yields the inputs of each chunk of steps, on the devices.

    Args:
      programs: which read them.
      numbers: of the trials that run together.
      at: the number of steps that each trial has done.
    """

  def asked(
    self, programs: Programs, numbers: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """Yields the inputs of predictions, in order: test clips, then the sample."""


class OnDevice:
  """A placement with all frames in the memory of every device.

  Args:
    data: the set's arrays, on the host.
    arrays: of all trials, on the host.
  """

  def __init__(self, data: DeviceData, arrays: TrialArrays):
    self._data, self._arrays = data, arrays
    self.tested, self.sampled = arrays.test.shape[1], arrays.sample.shape[1]
    self._put: DeviceData | None = None

  def given(self, wave: int) -> ProgramInputs:
    """See `Placement`."""
    return ProgramInputs(
      self._data, take(self._arrays, np.zeros(wave, int)), shared=True
    )

  def chunks(
    self, programs: Programs, numbers: Int[np.ndarray, 'w'], at: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """See `Placement`."""
    del at
    found = self._all(programs, numbers)
    while True:
      yield found

  def asked(
    self, programs: Programs, numbers: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """See `Placement`."""
    yield self._all(programs, numbers)

  def arrays(self, programs: Programs, numbers: Int[np.ndarray, 'w']) -> TrialArrays:
    """See `Placement`."""
    return programs.put_trials(take(self._arrays, numbers))

  def _all(self, programs: Programs, numbers: Int[np.ndarray, 'w']) -> ProgramInputs:
    if self._put is None:
      self._put = programs.put_shared(self._data)
    return ProgramInputs(self._put, self.arrays(programs, numbers), shared=True)


class OnHost:
  """A placement on the host: a chunk's frames are gathered while another runs.

  Args:
    clip_set: the set; its frames may be mapped from disk.
    arrays: of all trials, on the host.
    chunk: the number of steps in a chunk.
    parts: the number of parts of a batch, one per device.
  """

  def __init__(self, clip_set: ClipSet, arrays: TrialArrays, chunk: int, parts: int):
    self._clip_set, self._arrays = clip_set, arrays
    self._chunk, self._parts = chunk, parts
    self.tested, self.sampled = arrays.test.shape[1], arrays.sample.shape[1]
    steps, batch_size = arrays.order.shape[1:]
    self._layout = host_data.layout(chunk, batch_size, parts)
    self._rest = arrays._replace(order=None, test=None, sample=None)
    asked = np.concatenate([arrays.test, arrays.sample], axis=1)
    blocks = -(-asked.shape[1] // self._layout.size)
    padding = blocks * self._layout.size - asked.shape[1]
    self._asked = np.pad(asked, ((0, 0), (0, padding)), mode='edge')
    self._last = steps - 1

  def given(self, wave: int) -> ProgramInputs:
    """See `Placement`."""
    one = host_data.part(
      self._clip_set, np.zeros_like(self._layout), place=0, parts=self._parts
    )
    data = jax.tree.map(
      lambda leaf: np.broadcast_to(leaf, (wave, self._parts, *np.shape(leaf))), one
    )
    return ProgramInputs(data, self._here(np.zeros(wave, int), 0), shared=False)

  def chunks(
    self, programs: Programs, numbers: Int[np.ndarray, 'w'], at: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """See `Placement`."""
    trials = self._arrays.order[numbers]
    count = -(-(self._last + 1 - int(at.min())) // self._chunk)

    def gather(number: int):
      steps = at[:, None] + np.arange(number * self._chunk, (number + 1) * self._chunk)
      steps = np.minimum(steps, self._last)  # steps after the last change nothing
      shown = [order[own] for order, own in zip(trials, steps, strict=True)]
      return programs.parts(lambda *where: self._part(shown, *where))

    for number, parts in enumerate(host_data.ahead(gather, count)):
      arrays = self._here(numbers, at + number * self._chunk)
      yield ProgramInputs(
        programs.put_parts(parts), programs.put_trials(arrays), shared=False
      )

  def asked(
    self, programs: Programs, numbers: Int[np.ndarray, 'w']
  ) -> Iterator[ProgramInputs]:
    """See `Placement`."""
    trials = self._asked[numbers].reshape(len(numbers), -1, *self._layout.shape)

    def gather(number: int):
      return programs.parts(lambda *where: self._part(trials[:, number], *where))

    arrays = self.arrays(programs, numbers)
    for parts in host_data.ahead(gather, trials.shape[1]):
      yield ProgramInputs(programs.put_parts(parts), arrays, shared=False)

  def arrays(self, programs: Programs, numbers: Int[np.ndarray, 'w']) -> TrialArrays:
    """See `Placement`."""
    return programs.put_trials(self._here(numbers, 0))

  def _part(self, shown, row: int, place: int) -> DeviceData:
    return host_data.part(self._clip_set, shown[row], place, self._parts)

  def _here(
    self, numbers: Int[np.ndarray, 'w'], first: Int[np.ndarray, 'w'] | int
  ) -> TrialArrays:
    """The trials' arrays, with the example numbers of a chunk."""
    wave = len(numbers)
    order = np.broadcast_to(self._layout, (wave, *self._layout.shape))
    return take(self._rest, numbers)._replace(
      first=np.broadcast_to(np.int32(first), wave).astype(np.int32),
      order=order,
      test=order.reshape(wave, -1),
      sample=np.zeros((wave, 0), np.int32),
    )
