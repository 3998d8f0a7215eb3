"""The 3D CNN: every convolutional layer's feature maps."""

from typing import NamedTuple

import flax.linen as nn
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from stc_jax.models.conv3d import conv3d
from stc_jax.models.mspp import max_pool_1x2x2
from stc_jax.models.notation import Conv

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
    """What the next layer reads."""
    return self.maps if self.pooled is None else self.pooled


class ConvBlock(nn.Module):
  """Convolution, batch normalisation where the notation says BN, activation, P2.

  Which activation, and whether it stands before or after BN, the paper doesn't say. A
  convolution whose BN comes next has no bias of its own: BN has one. `data_axis` names
  the mesh axis that a batch is spread over, whose statistics BN takes together.
  """

  conv: Conv
  activation: str
  activation_place: str
  norm_momentum: float
  dtype: DTypeLike
  data_axis: str | None = None

  @nn.compact
  def __call__(self, video: Float[Array, 'b t h w c'], train: bool) -> Features:
    """Returns the activated maps; `train` normalises by the batch's own statistics."""
    k, f = self.conv.kernel, self.conv.filters
    glorot = nn.initializers.glorot_uniform()
    kernel = self.param('kernel', glorot, (k, k, k, video.shape[-1], f))
    maps = conv3d(video.astype(self.dtype), kernel.astype(self.dtype))
    activate = ACTIVATIONS[self.activation]
    if self.conv.norm and self.activation_place == 'after_norm':
      maps = activate(self._normalise(maps, train))
    else:
      bias = self.param('bias', nn.initializers.zeros, (f,))
      maps = activate(maps + bias.astype(self.dtype))
      maps = self._normalise(maps, train) if self.conv.norm else maps
    return Features(maps, max_pool_1x2x2(maps) if self.conv.pool else None)

  def _normalise(self, maps: Array, train: bool) -> Array:
    norm = nn.BatchNorm(
      use_running_average=not train,
      momentum=self.norm_momentum,
      dtype=self.dtype,
      axis_name=self.data_axis,
      name='norm',
    )
    return norm(maps)


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
