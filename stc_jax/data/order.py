"""In which order training shows its clips: data, drawn on the host."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

_BATCH = 1


def draw(
  seed: int, train: Int[np.ndarray, 'n'], steps: int, batch_size: int, padded: int
) -> Int[np.ndarray, 'steps b']:
  """The clips of every step: each once before any comes again."""
  shuffle_key, _ = jax.random.split(
    jax.random.fold_in(jax.random.key(np.uint32(seed)), _BATCH)
  )
  epochs = -(-steps * batch_size // len(train))

  @jax.jit
  def one(epoch):
    draws = jax.random.uniform(jax.random.fold_in(shuffle_key, epoch), (padded,))
    real = jnp.arange(padded) < len(train)
    return jnp.argsort(jnp.where(real, draws, jnp.inf))

  orders = np.concatenate(
    [train[np.asarray(one(e))[: len(train)]] for e in range(epochs)]
  )
  return orders[: steps * batch_size].reshape(steps, batch_size).astype(np.int32)
