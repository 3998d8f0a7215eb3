"""The trial axis: the one place that knows of many trials and of the mesh."""

import dataclasses
import functools
import time
from collections.abc import Callable

import jax
import numpy as np
import optax
from flax import linen as nn
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from stc_jax.data.resident import Resident, TrialIndices
from stc_jax.training import step
from stc_jax.training.optimizer import TrainingConfig


def trial_mesh(devices: list[jax.Device] | None = None) -> jax.sharding.Mesh:
  """All devices in a row: axis `trial`."""
  devices = jax.devices() if devices is None else devices
  return jax.make_mesh((len(devices),), ('trial',), (AxisType.Auto,), devices=devices)


def over_trials(function: Callable, mesh: jax.sharding.Mesh, donate: bool) -> Callable:
  """Maps `function(shared, *trial)` over a leading trial axis sharded on `mesh`.

  No collectives: each device runs its own trials, one after another, so a trial in a
  stack computes what it computes alone. `donate` gives the last argument's memory to the
  result.
  """

  def local(shared, *stacked):
    return jax.lax.map(lambda trial: function(shared, *trial), stacked)

  def mapped(shared, *stacked):
    specs = (P(), *(P('trial') for _ in stacked))
    return jax.shard_map(
      local, mesh=mesh, in_specs=specs, out_specs=P('trial'), check_vma=False
    )(shared, *stacked)

  return jax.jit(mapped, donate_argnums=(-1,) if donate else ())


@dataclasses.dataclass(frozen=True)
class Programs:
  """The three compiled programs of a run; each serves every wave of its trials.

  init(data, trials) -> states; train_chunk(data, trials, states) -> states, which
  consumes its states; predict(data, trials, variables) -> probabilities.
  """

  init: Callable
  train_chunk: Callable
  predict: Callable
  mesh: jax.sharding.Mesh
  compile_seconds: float

  def put_trials(self, tree):
    """Lays arrays with a leading trial axis over the mesh."""
    return jax.device_put(tree, NamedSharding(self.mesh, P('trial')))

  def put_shared(self, tree):
    """Copies arrays to every device."""
    return jax.device_put(tree, NamedSharding(self.mesh, P()))


def compile_programs(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  config: TrainingConfig,
  data: Resident,
  wave: TrialIndices,
  mesh: jax.sharding.Mesh,
) -> Programs:
  """Compiles ahead of time for data and waves of these shapes."""
  began = time.perf_counter()
  shared = _specs(data, NamedSharding(mesh, P()))
  trials = _specs(wave, NamedSharding(mesh, P('trial')))
  bound = (model, optimizer, config)
  init = over_trials(functools.partial(step.init, *bound), mesh, donate=False)
  states = _specs(jax.eval_shape(init, shared, trials), NamedSharding(mesh, P('trial')))
  chunk = over_trials(functools.partial(step.train_chunk, *bound), mesh, donate=True)
  predict = over_trials(
    functools.partial(step.predict, model, config.batch_size), mesh, donate=False
  )
  return Programs(
    init=init.lower(shared, trials).compile(),
    train_chunk=chunk.lower(shared, trials, states).compile(),
    predict=predict.lower(shared, trials, states.variables).compile(),
    mesh=mesh,
    compile_seconds=time.perf_counter() - began,
  )


def waves(pending: np.ndarray, size: int) -> list[np.ndarray]:
  """Cuts trial numbers into waves of `size`; the last repeats its first to be full."""
  cut = [pending[i : i + size] for i in range(0, len(pending), size)]
  return [np.concatenate([w, np.repeat(w[:1], size - len(w))]) for w in cut]


def _specs(tree, sharding: NamedSharding):
  return jax.tree.map(
    lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), tree
  )
