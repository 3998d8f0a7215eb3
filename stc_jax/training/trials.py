"""The trial axis: the one place that knows of many trials and of the mesh."""

import functools
import time
from collections.abc import Callable

import jax
import numpy as np
from flax import linen as nn
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from stc_jax.data.resident import Resident, TrialIndices
from stc_jax.training import step
from stc_jax.training.optimizer import TrainingConfig, make
from stc_jax.training.state import TrainState


def trial_mesh(devices: int | None = None) -> jax.sharding.Mesh:
  """All devices, or the first so many, in a row: axis `trial`."""
  chosen = jax.devices()[:devices]
  return jax.make_mesh((len(chosen),), ('trial',), (AxisType.Auto,), devices=chosen)


def over_trials(function: Callable, mesh: jax.sharding.Mesh, donate: bool) -> Callable:
  """Maps `function(shared, *trial)` over a leading trial axis sharded on `mesh`.

  No collectives: each device runs its own trials, one after another, so a trial in a
  stack computes what it computes alone. `donate` gives the last argument's memory to
  the result.
  """

  def local(shared, *stacked):
    return jax.lax.map(lambda trial: function(shared, *trial), stacked)

  def mapped(shared, *stacked):
    specs = (P(), *(P('trial') for _ in stacked))
    return jax.shard_map(
      local, mesh=mesh, in_specs=specs, out_specs=P('trial'), check_vma=False
    )(shared, *stacked)

  return jax.jit(mapped, donate_argnums=(-1,) if donate else ())


class Programs:
  """The compiled programs of a run; each serves every wave of its trials.

  Compiled ahead of time, so that a shape of another kind is an error and not another
  compilation.

  Attributes:
    compile_seconds: spent so far.
  """

  def __init__(
    self,
    model: nn.Module,
    config: TrainingConfig,
    data: Resident,
    wave: TrialIndices,
    mesh: jax.sharding.Mesh,
  ):
    self._bound = (model, make(config), config)
    self._mesh = mesh
    self._data = _specs(data, self._shared)
    self._wave = _specs(wave, self._stacked)
    self.compile_seconds = 0.0

  @functools.cached_property
  def init(self) -> Callable:
    """(data, trials) -> states."""
    return self._compile(self._init, self._data, self._wave)

  @functools.cached_property
  def train_chunk(self) -> Callable:
    """(data, trials, states) -> states, losses; consumes the states given."""
    function = functools.partial(step.train_chunk, *self._bound)
    mapped = over_trials(function, self._mesh, donate=True)
    return self._compile(mapped, self._data, self._wave, self._states)

  @functools.cached_property
  def predict(self) -> Callable:
    """(data, trials, variables) -> probabilities of the padded test clips."""
    model, _, config = self._bound
    function = functools.partial(step.predict, model, config.batch_size)
    mapped = over_trials(function, self._mesh, donate=False)
    return self._compile(mapped, self._data, self._wave, self._states.variables)

  def compile_all(self) -> None:
    """Compiles what training needs, before any clock runs."""
    _ = self.init, self.train_chunk, self.predict

  def variable_shapes(self) -> dict:
    """One trial's params and batch_stats, as shapes."""
    return jax.tree.map(
      lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype),
      self._states.variables,
    )

  def put_trials(self, tree):
    """Lays arrays with a leading trial axis over the mesh."""
    return jax.device_put(tree, self._stacked)

  def put_shared(self, tree):
    """Copies arrays to every device."""
    return jax.device_put(tree, self._shared)

  @functools.cached_property
  def _init(self) -> Callable:
    return over_trials(
      functools.partial(step.init, *self._bound), self._mesh, donate=False
    )

  @functools.cached_property
  def _states(self) -> TrainState:
    return _specs(jax.eval_shape(self._init, self._data, self._wave), self._stacked)

  @property
  def _shared(self) -> NamedSharding:
    return NamedSharding(self._mesh, P())

  @property
  def _stacked(self) -> NamedSharding:
    return NamedSharding(self._mesh, P('trial'))

  def _compile(self, function: Callable, *specs) -> Callable:
    began = time.perf_counter()
    compiled = function.lower(*specs).compile()
    self.compile_seconds += time.perf_counter() - began
    return compiled


def waves(pending: np.ndarray, size: int) -> list[np.ndarray]:
  """Cuts trial numbers into waves of `size`; the last repeats its first to be full."""
  cut = [pending[i : i + size] for i in range(0, len(pending), size)]
  return [np.concatenate([w, np.repeat(w[:1], size - len(w))]) for w in cut]


def _specs(tree, sharding: NamedSharding):
  return jax.tree.map(
    lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), tree
  )
