"""MSPP-norm: multi-scale max pooling of every frame to one length."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

# Entries of a region that are compared in one pass over the maps; more take two passes.
_AT_ONCE = 16


def mspp_norm(
  maps: Float[Array, 'b t h w c'],
  levels: Sequence[int] = (8, 4, 2),
  pooled: Float[Array, 'b t h2 w2 c'] | None = None,
) -> Float[Array, 'b t d']:
  """Max-pools each frame over pyramids of n x n regions (Yu et al. 2018, sec. 3.2.1).

  Returns d = c * sum(n * n for n in levels) numbers a frame, level by level as given.
  Where n does not divide h or w, regions have the bounds of He et al. 2014,
  as in an adaptive pooling layer.

  `pooled` is the 1 x 2 x 2 max pooling of `maps`, if the network computes it. A maximum
  of maxima is a maximum. So each level is computed from the smallest map whose entries
  fill its regions exactly: a finer level, `pooled`, or else `maps`.
  """
  h, w = maps.shape[2:4]
  pyramid = {}
  for n in sorted(levels, reverse=True):
    finer = min((m for m in pyramid if m % n == 0), default=None)
    if finer is not None:
      source = pyramid[finer]
    elif pooled is not None and _aligned(h, n) and _aligned(w, n):
      source = pooled
    else:
      source = maps
    pyramid[n] = _pool(source, n)
  b, t, _, _, c = maps.shape
  return jnp.concatenate([pyramid[n].reshape(b, t, n * n * c) for n in levels], axis=-1)


def max_pool_1x2x2(maps: Float[Array, 'b t h w c']) -> Float[Array, 'b t h2 w2 c']:
  """P2: the maximum of every 2 x 2 pixels; an odd last row or column is left out."""
  rows, columns = (size // 2 for size in maps.shape[2:4])
  even = maps[:, :, : 2 * rows, : 2 * columns]
  return _largest_of_squares(even, rows, columns)


def regions(size: int, n: int) -> list[tuple[int, int]]:
  """The n half-open ranges that adaptive pooling cuts `size` pixels into."""
  return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]


def _aligned(size: int, n: int) -> bool:
  """Whether the n regions of `size` are those of `size // 2`, doubled."""
  return regions(size, n) == [(2 * a, 2 * b) for a, b in regions(size // 2, n)]


def _pool(maps: Array, n: int) -> Array:
  """The maxima of n x n regions of every frame."""
  h, w = maps.shape[2:4]
  if h % n == 0 and w % n == 0 and (h // n) * (w // n) <= _AT_ONCE:
    return _largest_of_squares(maps, n, n)
  return _pool_axis(_pool_axis(maps, n, axis=2), n, axis=3)


def _largest_of_squares(maps: Array, rows: int, columns: int) -> Array:
  """The maxima of equal rectangles, `rows` down and `columns` along."""
  b, t, h, w, c = maps.shape
  squares = maps.reshape(b * t * rows, h // rows, columns, w // columns, c)
  return _largest(squares).reshape(b, t, rows, columns, c)


def _pool_axis(maps: Array, n: int, axis: int) -> Array:
  size = maps.shape[axis]
  if size % n == 0:
    return _largest_of(maps, n, axis)
  parts = [
    _largest_of(jax.lax.slice_in_dim(maps, first, end, axis=axis), 1, axis)
    for first, end in regions(size, n)
  ]
  return jnp.concatenate(parts, axis=axis)


def _largest_of(maps: Array, n: int, axis: int) -> Array:
  """The maxima of `n` equal parts of an axis."""
  before, after = maps.shape[:axis], maps.shape[axis + 1 :]
  size = maps.shape[axis] // n
  merged = maps.reshape(math.prod(before) * n, size, 1, 1, math.prod(after))
  return _largest(merged).reshape(*before, n, *after)


@jax.custom_vjp
def _largest(maps: Float[Array, 'n p m q c']) -> Float[Array, 'n m c']:
  """The maxima over p and q; the gradient of each goes to the first largest.

  JAX's own gradient goes to every entry that equals the maximum. A compiler may compute
  the entries twice, once with a fused multiply-add and once without. Then no entry
  equals the maximum, and the gradient is lost (XLA on a CPU, batch normalisation before
  P2: conv1's gradient was 5 % off). The place of the largest entry is always known, and
  takes less memory.
  """
  return _largest_along(_largest_along(maps, 1), 2)


def _largest_along(maps: Array, axis: int) -> Array:
  if maps.shape[axis] == 2:  # P2; XLA on a CPU takes a fifth of the time
    return jnp.maximum(*jnp.moveaxis(maps, axis, 0))
  return maps.max(axis)


def _largest_forward(maps):
  p, q = maps.shape[1], maps.shape[3]
  best, place = maps[:, 0, :, 0], 0
  kind = np.min_scalar_type(p * q - 1)
  for number in range(1, p * q):
    entry = maps[:, number // q, :, number % q]
    place = jnp.where(entry > best, kind.type(number), place).astype(kind)
    best = jnp.maximum(entry, best)
  return best, (jnp.broadcast_to(place, best.shape), p, q)


def _largest_backward(residuals, cotangent):
  place, p, q = residuals
  shape = (len(place), p, place.shape[1], q, place.shape[2])
  numbers = jnp.arange(p * q, dtype=place.dtype).reshape(1, p, 1, q, 1)
  here = jnp.broadcast_to(numbers, shape) == place[:, None, :, None]
  return (jnp.where(here, cotangent[:, None, :, None], 0),)


_largest.defvjp(_largest_forward, _largest_backward)
