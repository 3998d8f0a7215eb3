"""The 3D CNN: every convolutional layer's feature maps."""

from collections.abc import Callable
from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from stc_jax.models.conv.conv3d import conv3d
from stc_jax.models.mspp import max_pool_1x2x2
from stc_jax.models.norm import Affine, BatchNorm
from stc_jax.models.notation import Conv

# All are non-decreasing, so P2 can be computed before them.
ACTIVATIONS = {
  'relu': nn.relu,
  'leaky_relu': nn.leaky_relu,
  'elu': nn.elu,
  'tanh': nn.tanh,
}
ACTIVATION_PLACES = ('after_norm', 'before_norm')


class Features(NamedTuple):
  """A conv layer's maps, and their P2 pooling where the layer has one."""

  maps: Float[Array, 'b t h w f']
  pooled: Float[Array, 'b t h2 w2 f'] | None

  @property
  def output(self) -> Array:
    """The input of the next layer."""
    return self.maps if self.pooled is None else self.pooled


class ConvBlock(nn.Module):
  """Convolution, batch normalisation where the notation says BN, activation, P2.

  The paper doesn't specify the activation, or whether it comes before or after BN. A
  convolution followed directly by BN has no bias, as BN has one. BN's statistics are of
  the whole batch, which is spread over the mesh axis `data_axis` if that is given.
  """

  conv: Conv
  activation: str
  activation_place: str
  norm_momentum: float
  dtype: DTypeLike
  data_axis: str | None = None

  @nn.compact
  def __call__(self, video: Float[Array, 'b t h w c'], train: bool) -> Features:
    """Returns the activated maps; `train` normalises by the statistics of the batch."""
    k, f = self.conv.kernel, self.conv.filters
    glorot = nn.initializers.glorot_uniform()
    kernel = self.param('kernel', glorot, (k, k, k, video.shape[-1], f))
    with jax.named_scope('convolution'):  # names the kernels in a profile
      maps = conv3d(video.astype(self.dtype), kernel.astype(self.dtype))
    maps, function, sign = self._split(maps, train)
    if not self.conv.pool:
      return Features(function(maps), None)
    sign = sign.astype(maps.dtype)
    return Features(function(maps), function(sign * max_pool_1x2x2(sign * maps)))

  def _split(self, maps: Array, train: bool) -> tuple[Array, Callable, Array]:
    """Splits the layer into maps, a function of each number, and the function's sign.

    An increasing function (sign 1) keeps the place of the largest number; a decreasing
    one (-1) makes the smallest number the largest. So P2 can be computed first, and the
    function only on a quarter of the numbers.
    """
    activate = ACTIVATIONS[self.activation]
    if self.conv.norm and self.activation_place == 'after_norm':
      norm = self._norm(maps, train)
      return maps, lambda x: activate(norm(x)), norm.sign
    bias = self.param('bias', nn.initializers.zeros, maps.shape[-1:])
    bias = bias.astype(self.dtype)
    if not self.conv.norm:
      return maps, lambda x: activate(x + bias), jnp.ones(1)
    maps = activate(maps + bias)
    norm = self._norm(maps, train)
    return maps, norm, norm.sign

  def _norm(self, maps: Array, train: bool) -> Affine:
    return BatchNorm(self.norm_momentum, self.data_axis, name='norm')(maps, train)


class Trunk(nn.Module):
  """The conv layers of a notation string, finest first; attributes as `ConvBlock`'s."""

  convs: tuple[Conv, ...]
  activation: str
  activation_place: str
  norm_momentum: float
  dtype: DTypeLike
  data_axis: str | None = None

  @nn.compact
  def __call__(self, video: Float[Array, 'b t h w c'], train: bool) -> list[Features]:
    """Returns f_1..f_l of Yu et al. 2018, sec. 3.1."""
    features = []
    for number, conv in enumerate(self.convs, start=1):
      block = ConvBlock(
        conv,
        self.activation,
        self.activation_place,
        self.norm_momentum,
        self.dtype,
        self.data_axis,
        name=f'conv{number}',
      )
      features.append(block(video, train))
      video = features[-1].output
    return features
