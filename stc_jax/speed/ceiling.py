"""The ceiling of this device: its matrix product and its copy, measured."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from stc_jax.speed.clock import measure

# Large enough to keep a device busy, small enough for a laptop.
_PRODUCT_SIZE = {'cpu': 2048}
_COPY_BYTES = {'cpu': 2**28}
_DEFAULT_SIZE, _DEFAULT_BYTES = 8192, 2**31


class Ceiling(NamedTuple):
  """The limits of one device: FLOP/s of a large product, bytes/s read and written."""

  flops_per_second: float
  bytes_per_second: float


def measure_ceiling(dtype: jnp.dtype, repeats: int) -> Ceiling:
  """Takes the fastest repeat of each; the operands of the product are of `dtype`."""
  platform = jax.default_backend()
  n = _PRODUCT_SIZE.get(platform, _DEFAULT_SIZE)
  # Random numbers: a GPU multiplies ones and zeros faster than other numbers.
  matrix = jax.random.normal(jax.random.key(0), (n, n), dtype)
  product = jax.jit(jnp.matmul)
  numbers = jnp.ones(_COPY_BYTES.get(platform, _DEFAULT_BYTES) // 4, jnp.float32)
  # In place: new memory for each result would take time that isn't bandwidth.
  copy = jax.jit(lambda x: x + 1, donate_argnums=0)

  def copy_once():
    nonlocal numbers
    numbers = copy(numbers).block_until_ready()

  product_time = measure(lambda: product(matrix, matrix).block_until_ready(), repeats)
  copy_time = measure(copy_once, repeats)
  return Ceiling(
    2 * n**3 / product_time.fastest, 2 * numbers.nbytes / copy_time.fastest
  )
