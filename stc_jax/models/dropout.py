"""Dropout that doesn't depend on the number of devices that hold a batch."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def dropout(
  vector: Float[Array, 'b d'], rate: float, key: Array, data_axis: str | None
) -> Float[Array, 'b d']:
  """Drops entries and scales up the others (Srivastava et al. 2014).

  The mask is drawn for the whole batch; each device along `data_axis` takes its rows.
  """
  devices = jax.lax.axis_size(data_axis) if data_axis else 1
  kept = jax.random.bernoulli(key, 1 - rate, (devices * len(vector), vector.shape[1]))
  if data_axis:
    first = jax.lax.axis_index(data_axis) * len(vector)
    kept = jax.lax.dynamic_slice_in_dim(kept, first, len(vector))
  return jnp.where(kept, vector / (1 - rate), 0)
