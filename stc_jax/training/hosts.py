"""Several processes that run one program: all compute, the first keeps the books."""

import jax
import numpy as np
from jax.experimental import multihost_utils


def are_several() -> bool:
  """Whether there are others."""
  return jax.process_count() > 1


def is_first() -> bool:
  """Whether this is the one that writes, locks, and talks."""
  return jax.process_index() == 0


def from_first(tree):
  """What the first process has, as host arrays; the others' have the same shapes."""
  if not are_several():
    return tree
  return jax.tree.map(np.asarray, multihost_utils.broadcast_one_to_all(tree))


def put(tree, sharding: jax.sharding.NamedSharding):
  """Lays host arrays, the same in every process, over devices of all of them."""
  if not are_several():
    return jax.device_put(tree, sharding)

  def one(leaf):
    leaf = np.asarray(leaf)
    return jax.make_array_from_callback(leaf.shape, sharding, leaf.__getitem__)

  return jax.tree.map(one, tree)


def wait_for_all() -> None:
  """Ends with the others: who left early would be missed."""
  from_first(np.zeros(()))
