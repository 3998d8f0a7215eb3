"""Warps pictures smoothly, by shifts around a few nodes; on the device."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

# Nodes down and across.
NODES = 4


def field(
  shifts: Float[Array, '16 2'], height: int, width: int
) -> tuple[Float[Array, 'h w'], Float[Array, 'h w']]:
  """How far each pixel is shifted down and right, in pixels.

  `shifts` are those of the nodes, row by row, in shares of the side.
  """
  down, right = jnp.einsum('kd,khw->dhw', shifts, weights(height, width))
  return down * height, right * width


def weights(height: int, width: int) -> Float[np.ndarray, '16 h w']:
  """The weight of each node at each pixel, where their sum is 1; a constant."""
  places = (np.arange(NODES) + 0.5) / NODES
  rows, columns = (
    np.exp(-np.square((places[:, None] - (np.arange(side) + 0.5) / side) * NODES))
    for side in (height, width)
  )
  rows, columns = rows / rows.sum(axis=0), columns / columns.sum(axis=0)
  each = np.einsum('ih,jw->ijhw', rows, columns).reshape(-1, height, width)
  return each.astype(np.float32)


def sampled(
  clip: Float[Array, 't h w c'], rows: Float[Array, 'h w'], columns: Float[Array, 'h w']
) -> Float[Array, 't h w c']:
  """Samples bilinearly; reads all frames and channels of a place together."""
  height, width = clip.shape[1:3]
  rows, columns = jnp.clip(rows, 0, height - 1), jnp.clip(columns, 0, width - 1)
  top = jnp.minimum(rows.astype(jnp.int32), max(height - 2, 0))
  left = jnp.minimum(columns.astype(jnp.int32), max(width - 2, 0))
  bottom = jnp.minimum(top + 1, height - 1)
  right = jnp.minimum(left + 1, width - 1)
  down, along = (rows - top)[..., None], (columns - left)[..., None]
  upper = clip[:, top, left] * (1 - along) + clip[:, top, right] * along
  lower = clip[:, bottom, left] * (1 - along) + clip[:, bottom, right] * along
  return upper * (1 - down) + lower * down
