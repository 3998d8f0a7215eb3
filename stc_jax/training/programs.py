"""The compiled programs of a run, wherever its frames lie."""

import functools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from stc_jax.data import device_data
from stc_jax.data.device_data import DeviceData, trial_key
from stc_jax.data.input import InputConfig
from stc_jax.data.trial_arrays import TrialArrays
from stc_jax.models import shapes
from stc_jax.models.conv.conv3d import compiler_options
from stc_jax.tasks.task import Task
from stc_jax.training import hosts, step
from stc_jax.training import mesh as meshes
from stc_jax.training.mesh import DATA, TRIAL, over_trials
from stc_jax.training.optimizer import TrainingConfig, make
from stc_jax.training.state import TrainState, create
from stc_jax.training.step import Learner

_PROGRAMS = ('train_chunk', 'predict', 'init')  # the longest first


class ProgramInputs(NamedTuple):
  """The inputs of programs besides the trials' states.

  Attributes:
    data: the set's arrays; or separate ones for each trial and part of its batch.
    arrays: of the trials.
    shared: whether `data` is the same for all.
  """

  data: DeviceData
  arrays: TrialArrays
  shared: bool


class Programs:
  """A run's programs; each serves every wave of its trials.

  They are compiled ahead of time, so an unexpected shape is an error and doesn't
  cause another compilation.

  Args:
    build: makes the network from the mesh axis of a batch, or None.
    task: how its outputs meet their targets.
    training, input_config: sections `training` and `input` of the launch file.
    chunk: the number of steps in a chunk.
    given: inputs with the shapes of all calls.
    mesh: see `stc_jax.training.mesh`.
    group_of: the group of parameters that a part of the network is in.

  Attributes:
    chunk: the number of steps in a chunk.
    compile_seconds: the time spent on compilation so far.
  """

  def __init__(
    self,
    build: Callable[[str | None], nn.Module],
    task: Task,
    training: TrainingConfig,
    input_config: InputConfig,
    chunk: int,
    given: ProgramInputs,
    mesh: jax.sharding.Mesh,
    group_of: Callable[[str], str] = str,
  ):
    axis = meshes.data_axis(mesh)
    optimizer = make(training, group_of)
    self.learner = Learner(build(axis.name), optimizer, task, axis)
    self._training, self._input, self.chunk = training, input_config, chunk
    self._mesh, self._is_shared = mesh, given.shared
    self._data = _specs(given.data, self._shared if given.shared else self._cut)
    self._wave = _specs(given.arrays, self._stacked)
    self.compile_seconds = 0.0

  @functools.cached_property
  def init(self) -> Callable:
    """(trials) -> states."""
    return self._compile(self._mapped_init, self._wave)

  @functools.cached_property
  def train_chunk(self) -> Callable:
    """(data, trials, states) -> states, progress; consumes the given states."""
    mapped = self._mapped(self._train_chunk, donate=(2,))
    return self._compile(mapped, self._data, self._wave, self._states)

  @functools.cached_property
  def predict(self) -> Callable:
    """(data, trials, variables) -> probabilities of test clips and sample, padded."""
    mapped = self._mapped(self._predict)
    return self._compile(mapped, self._data, self._wave, self._states.variables)

  def lowered_chunk(self, platforms: tuple[str, ...]) -> jax.stages.Lowered:
    """`train_chunk` lowered for these platforms, to inspect."""
    mapped = self._mapped(self._train_chunk, donate=(2,))
    traced = mapped.trace(self._data, self._wave, self._states)
    return traced.lower(lowering_platforms=platforms)

  def compile_all(self) -> None:
    """Compiles all programs in parallel, before training time is measured."""
    before, began = self.compile_seconds, time.perf_counter()
    _ = self._states  # needed by all programs
    with ThreadPoolExecutor() as pool:
      list(pool.map(functools.partial(getattr, self), _PROGRAMS))
    # Not the sum over the programs.
    self.compile_seconds = before + time.perf_counter() - began

  def one_state(self) -> TrainState:
    """One trial's state, as shapes."""
    return jax.tree.map(
      lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), self._states
    )

  def put_trials(self, tree):
    """Distributes arrays with a leading trial axis over the mesh."""
    return hosts.put(tree, self._stacked)

  def put_shared(self, tree):
    """Copies arrays to every device; a CPU uses aligned ones without a copy."""
    return hosts.put(tree, self._shared)

  def parts(self, make: Callable[[int, int], DeviceData]) -> list[DeviceData]:
    """Makes the parts of batches for each of this process's devices.

    `make` takes the trial's index in the wave and the part's index in the batch.
    """
    size = len(self._wave.seed) // self._mesh.shape[TRIAL]

    def of_device(trial: int, place: int) -> DeviceData:
      own = [make(row, place) for row in range(trial * size, (trial + 1) * size)]
      return jax.tree.map(lambda *leaves: _stacked(leaves)[:, None], *own)

    devices = self._mesh.devices
    return [
      of_device(*where)
      for where in np.ndindex(devices.shape)
      if devices[where] in self._mesh.local_devices
    ]

  def put_parts(self, parts: list[DeviceData]) -> DeviceData:
    """Puts the result of `parts` on the devices."""
    devices = [d for d in self._mesh.devices.flat if d in self._mesh.local_devices]
    put = [jax.device_put(part, d) for part, d in zip(parts, devices, strict=True)]

    def joined(spec, *leaves):
      return jax.make_array_from_single_device_arrays(
        spec.shape, spec.sharding, list(leaves)
      )

    return jax.tree.map(joined, self._data, *put)

  def _first_state(self, trial: TrialArrays) -> TrainState:
    size = self._input
    return create(
      self.learner.model,
      self.learner.optimizer,
      trial_key(trial, device_data.INIT),
      shapes.one_clip(size.frames, size.height, size.width, size.channels),
      self.learner.task.metrics,
      self._training.steps,
    )

  def _train_chunk(self, data: DeviceData, trial: TrialArrays, state: TrainState):
    axis, training = self.learner.axis, self._training

    def batch_at(number):
      shown = device_data.sample_step(trial, number, training.augment, self._input)
      shown = axis.own(shown)
      batch = device_data.training_batch(data, trial.normalisation, shown, self._input)
      targets = self.learner.task.targets(batch.targets, trial.weights)
      batch = batch._replace(targets=targets)
      return batch, jax.random.fold_in(trial_key(trial, device_data.DROPOUT), number)

    return step.train_chunk(self.learner, batch_at, self.chunk, state)

  def _predict(
    self, data: DeviceData, trial: TrialArrays, variables: dict
  ) -> Float[Array, 'm n']:
    def views(clips):
      return device_data.eval_views(data, trial.normalisation, clips, self._input)

    asked = jnp.concatenate([trial.test, trial.sample])
    batch_size = self._training.batch_size
    return step.predict(self.learner, views, batch_size, asked, variables)

  @functools.cached_property
  def _mapped_init(self) -> Callable:
    mapped = over_trials(lambda _, trial: self._first_state(trial), self._mesh)
    return jax.jit(functools.partial(mapped, ()))

  @functools.cached_property
  def _states(self) -> TrainState:
    return _specs(jax.eval_shape(self._mapped_init, self._wave), self._stacked)

  @property
  def _shared(self) -> NamedSharding:
    return NamedSharding(self._mesh, P())

  @property
  def _cut(self) -> NamedSharding:
    return NamedSharding(self._mesh, P(TRIAL, DATA))

  @property
  def _stacked(self) -> NamedSharding:
    return NamedSharding(self._mesh, P(TRIAL))

  def _mapped(self, function: Callable, donate: tuple[int, ...] = ()) -> Callable:
    return over_trials(function, self._mesh, donate, shared=self._is_shared)

  def _compile(self, function: Callable, *specs) -> Callable:
    began = time.perf_counter()
    compiled = function.lower(*specs).compile(compiler_options=compiler_options())
    self.compile_seconds += time.perf_counter() - began
    return compiled


def _stacked(leaves: Sequence[np.ndarray]) -> np.ndarray:
  """Stacks arrays along a new first axis; a single array isn't copied."""
  return np.stack(leaves) if len(leaves) > 1 else np.asarray(leaves[0])[None]


def _specs(tree, sharding: NamedSharding):
  return jax.tree.map(
    lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), tree
  )
