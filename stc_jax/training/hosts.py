"""Several processes that run one program: all compute, only the first writes."""

import jax
import numpy as np
from jax.experimental import multihost_utils


def are_several() -> bool:
  """Whether several processes run this program."""
  return jax.process_count() > 1


def is_first() -> bool:
  """Whether this is the process that writes, locks and prints."""
  return jax.process_index() == 0


def from_first(tree):
  """Returns the first process's arrays, on the host; all have the same shapes."""
  if not are_several():
    return tree
  return jax.tree.map(np.asarray, multihost_utils.broadcast_one_to_all(tree))


def put(tree, sharding: jax.sharding.NamedSharding):
  """Places host arrays, equal in every process, on the devices of all processes."""
  if not are_several():
    return jax.device_put(tree, sharding)

  def one(leaf):
    leaf = np.asarray(leaf)
    return jax.make_array_from_callback(leaf.shape, sharding, leaf.__getitem__)

  return jax.tree.map(one, tree)


def wait_for_all() -> None:
  """Barrier: no process exits before all have finished."""
  from_first(np.zeros(()))
