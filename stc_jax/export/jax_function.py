"""Bundles as one function of JAX: uint8 frames in, mean probabilities out."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from stc_jax.bundle.bundle import Bundle
from stc_jax.predict.bundle_function import function_of

JaxFunction = Callable[
  [UInt8[Array, 'b t h w 3'], Int[Array, 'b']], Float[Array, 'b n']
]
# The same for arrays on the host; a file that was opened is such a function.
HostFunction = Callable[
  [UInt8[np.ndarray, 'b t h w 3'], Int[np.ndarray, 'b']], Float[np.ndarray, 'b n']
]


def jax_function(bundles: list[Bundle]) -> JaxFunction:
  """The mean over the bundles of one run, whose weights become constants.

  Lengths are limited to the range from 1 to the number of frames.
  """
  function, frames = function_of(bundles[0]), bundles[0].input.frames
  constants = jax.tree.map(
    lambda *leaves: jnp.stack(leaves),
    *[(bundle.variables, bundle.normalisation) for bundle in bundles],
  )

  def probabilities(videos, lengths):
    lengths = jnp.clip(lengths, 1, frames)
    each = jax.lax.map(lambda own: function(*own, videos, lengths), constants)
    return each.mean(axis=0)

  return probabilities


def shapes(bundle: Bundle, batch) -> tuple[jax.ShapeDtypeStruct, jax.ShapeDtypeStruct]:
  """The shapes of frames and lengths; `batch` is a number or a symbol of JAX."""
  size = bundle.input
  video = (batch, size.frames, size.height, size.width, 3)
  return (
    jax.ShapeDtypeStruct(video, jnp.uint8),
    jax.ShapeDtypeStruct((batch,), jnp.int32),
  )
