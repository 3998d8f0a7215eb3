"""Bundles as one function of JAX: uint8 frames in, mean probabilities out."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from stc_jax.bundle.bundle import Bundle
from stc_jax.predict.model import function_of

JaxFunction = Callable[
  [UInt8[Array, 'b t h w 3'], Int[Array, 'b']], Float[Array, 'b n']
]
# The same of arrays on the host, as a file that was read back answers.
HostFunction = Callable[
  [UInt8[np.ndarray, 'b t h w 3'], Int[np.ndarray, 'b']], Float[np.ndarray, 'b n']
]


def jax_function(bundles: list[Bundle]) -> JaxFunction:
  """The mean over the bundles of one run; their weights are constants of it.

  `real`, how many frames of a clip are its own, is taken as at least 1 and at most all.
  """
  function, frames = function_of(bundles[0]), bundles[0].input.frames
  constants = jax.tree.map(
    lambda *leaves: jnp.stack(leaves),
    *[(bundle.variables, bundle.normalisation) for bundle in bundles],
  )

  def probabilities(videos, real):
    real = jnp.clip(real, 1, frames)
    each = jax.lax.map(lambda own: function(*own, videos, real), constants)
    return each.mean(axis=0)

  return probabilities


def shapes(bundle: Bundle, batch) -> tuple[jax.ShapeDtypeStruct, jax.ShapeDtypeStruct]:
  """Of `frames` and `real`, for so many clips; a number, or a symbol of JAX's."""
  size = bundle.input
  video = (batch, size.frames, size.height, size.width, 3)
  return (
    jax.ShapeDtypeStruct(video, jnp.uint8),
    jax.ShapeDtypeStruct((batch,), jnp.int32),
  )
