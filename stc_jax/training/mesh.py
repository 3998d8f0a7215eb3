"""The mesh: the only module that handles many trials and many devices.

Axis `trial` holds different trials, which never communicate. Axis `data` holds
the parts of one trial's batch: gradients and the statistics of batch normalisation are
means over it, so that the trial computes what it computes on one device.
"""

import dataclasses
from collections.abc import Callable

import jax
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from stc_jax.errors import InputError

TRIAL, DATA = 'trial', 'data'


@dataclasses.dataclass(frozen=True)
class DataAxis:
  """The devices that one trial is spread over, as a step sees them.

  Attributes:
    devices: how many; with one there is no communication.
  """

  devices: int = 1

  @property
  def name(self) -> str | None:
    """The name of the mesh axis; None with one device."""
    return DATA if self.devices > 1 else None

  def own(self, tree):
    """This device's rows of arrays that hold a whole batch."""
    if not self.name:
      return tree

    def rows(leaf):
      size = leaf.shape[0] // self.devices
      first = jax.lax.axis_index(DATA) * size
      return jax.lax.dynamic_slice_in_dim(leaf, first, size)

    return jax.tree.map(rows, tree)

  def whole(self, rows: jax.Array) -> jax.Array:
    """The rows of all devices, in the order of `own`."""
    return jax.lax.all_gather(rows, DATA, tiled=True) if self.name else rows

  def mean(self, tree):
    """The mean over the devices."""
    return jax.lax.pmean(tree, DATA) if self.name else tree

  def sum(self, tree):
    """The sum over the devices."""
    return jax.lax.psum(tree, DATA) if self.name else tree


def devices_per_trial(asked: int, devices: int, trials: int, batch_size: int) -> int:
  """How many devices a trial is spread over.

  With `asked` 0 the devices are shared equally among all trials of the protocol; the
  number is the largest possible one that divides a batch.

  Raises:
    InputError: fewer devices than asked for, or a batch that they can't share equally.
  """
  if not asked:
    most = max(1, devices // trials)
    return max(n for n in range(1, most + 1) if batch_size % n == 0)
  if asked > devices:
    raise InputError(
      f'execution.devices_per_trial: this run spreads a trial over {asked} devices, '
      f'here {"is 1" if devices == 1 else f"are {devices}"}; start it where there are '
      'as many, or give another --workdir'
    )
  if batch_size % asked:
    raise InputError(
      f'execution.devices_per_trial: {asked} devices cannot share a batch of '
      f'{batch_size} equally; set a divisor of it'
    )
  return asked


def make_mesh(per_trial: int = 1, devices: int | None = None) -> jax.sharding.Mesh:
  """Arranges all or the first `devices` devices in rows of `per_trial`; others idle."""
  count = (devices or jax.device_count()) // per_trial
  return jax.make_mesh(
    (count, per_trial),
    (TRIAL, DATA),
    (AxisType.Auto, AxisType.Auto),
    devices=jax.devices()[: count * per_trial],
  )


def data_axis(mesh: jax.sharding.Mesh) -> DataAxis:
  """The data axis of this mesh, for a step."""
  return DataAxis(mesh.shape[DATA])


def over_trials(
  function: Callable,
  mesh: jax.sharding.Mesh,
  donate: tuple[int, ...] = (),
  shared: bool = True,
) -> Callable:
  """Maps `function(data, *trial)` over a leading trial axis sharded on `mesh`.

  `data` is `shared` by all trials. If not, each trial has its own, with a second axis
  for the parts of a batch, and a device sees its own part.

  There is no communication over axis `trial`: each row of devices runs its own trials,
  one after another, so a trial in a stack gives the same numbers as alone. The
  arguments with the indices `donate` (`data` is 0) give their memory to the result.
  """

  def local(data, *stacked):
    if shared:
      return jax.lax.map(lambda trial: function(data, *trial), stacked)
    own = jax.tree.map(lambda leaf: leaf[:, 0], data)
    return jax.lax.map(lambda trial: function(*trial), (own, *stacked))

  def mapped(data, *stacked):
    specs = (P() if shared else P(TRIAL, DATA), *(P(TRIAL) for _ in stacked))
    return jax.shard_map(
      local, mesh=mesh, in_specs=specs, out_specs=P(TRIAL), check_vma=False
    )(data, *stacked)

  return jax.jit(mapped, donate_argnums=donate)
