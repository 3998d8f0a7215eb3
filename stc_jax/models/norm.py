"""Batch normalisation as an affine function of each channel."""

from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

EPSILON = 1e-5  # Flax's and PyTorch's


class Affine(NamedTuple):
  """x -> (x - mean) * slope + bias for each channel; float32 [c]."""

  mean: Float[Array, 'c']
  slope: Float[Array, 'c']
  bias: Float[Array, 'c']

  def __call__(self, maps: Float[Array, '*n c']) -> Float[Array, '*n c']:
    """Computes in float32; returns the precision of `maps`."""
    return ((maps - self.mean) * self.slope + self.bias).astype(maps.dtype)

  @property
  def sign(self) -> Float[Array, 'c']:
    """-1 where the function decreases, else 1."""
    return jnp.where(self.slope < 0, -1.0, 1.0)


class BatchNorm(nn.Module):
  """Flax's, with its parameters, statistics and arithmetic; returns a function.

  The caller may pool the maps before it applies the function to them.

  Attributes:
    momentum: of the running statistics.
    data_axis: the mesh axis that a batch is spread over, if there is one.
  """

  momentum: float
  data_axis: str | None = None

  @nn.compact
  def __call__(self, maps: Float[Array, '*n c'], train: bool) -> Affine:
    """From the statistics of `maps` in training, else from the running statistics."""
    shape = maps.shape[-1:]
    mean = self.variable('batch_stats', 'mean', jnp.zeros, shape)
    variance = self.variable('batch_stats', 'var', jnp.ones, shape)
    scale = self.param('scale', nn.initializers.ones, shape)
    bias = self.param('bias', nn.initializers.zeros, shape)
    if not train:
      return _affine(mean.value, variance.value, scale, bias)
    own_mean, own_variance = self._statistics(maps.astype(jnp.float32))
    if not self.is_initializing():
      mean.value = self._moved(mean.value, own_mean)
      variance.value = self._moved(variance.value, own_variance)
    return _affine(own_mean, own_variance, scale, bias)

  def _statistics(self, maps: Array) -> tuple[Array, Array]:
    axes = tuple(range(maps.ndim - 1))
    moments = jnp.stack([maps.mean(axes), jnp.square(maps).mean(axes)])
    if self.data_axis:
      moments = jax.lax.pmean(moments, self.data_axis)
    return moments[0], jnp.maximum(moments[1] - jnp.square(moments[0]), 0)

  def _moved(self, running: Array, own: Array) -> Array:
    return self.momentum * running + (1 - self.momentum) * own


def _affine(mean: Array, variance: Array, scale: Array, bias: Array) -> Affine:
  return Affine(mean, jax.lax.rsqrt(variance + EPSILON) * scale, bias)
