"""DenseNet-BC on stills (Huang et al. 2017): the paper's baseline without time.

Each frame is a still; the logits of a clip's frames are averaged, as in the comparison
of Yu et al. 2018 (sec. 4.3). The stem and the blocks are those for small pictures:
there is no pooling before the first transition. In training, the repeated last frames
of a short clip count in the statistics of batch normalisation, too.
"""

import flax.linen as nn
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float, Int

from stc_jax.models.config import BLOCKS, DTYPES, DenseNetConfig
from stc_jax.models.conv.conv3d import conv3d
from stc_jax.models.norm import BatchNorm

_WIDE = 4  # a bottleneck's filters, in growths
_KEPT = 2  # a transition divides the number of channels by this


class Convolution(nn.Module):
  """A convolution of each frame, in the form that the backend runs best; no bias."""

  filters: int
  size: int
  dtype: DTypeLike

  @nn.compact
  def __call__(self, video: Float[Array, 'b t h w c']) -> Float[Array, 'b t h w f']:
    """Stride 1, same padding."""
    shape = (self.size, self.size, video.shape[-1], self.filters)
    kernel = self.param('kernel', nn.initializers.he_normal(), shape)
    video, kernel = video.astype(self.dtype), kernel.astype(self.dtype)
    if self.size == 1:
      return video @ kernel[0, 0]
    return conv3d(video, kernel[None])


class DenseNet(nn.Module):
  """See `stc_jax.models.registry` for its attributes and arguments."""

  config: DenseNetConfig
  outputs: int
  data_axis: str | None = None

  @nn.compact
  def __call__(
    self,
    video: Float[Array, 'b t h w c'],
    lengths: Int[Array, 'b'] | None = None,
    *,
    train: bool,
  ) -> Float[Array, 'b n']:
    """The mean of the logits of a clip's first `lengths` frames (None: of all)."""
    b, t = video.shape[:2]
    config = self.config
    maps = self._convolved(video, 2 * config.growth, 3, 'stem')
    for block in range(1, BLOCKS + 1):
      for layer in range(1, config.layers + 1):
        new = self._layer(maps, f'block{block}_layer{layer}', train)
        maps = jnp.concatenate([maps, new], axis=-1)
      if block < BLOCKS:
        maps = self._transition(maps, f'transition{block}', train)
    features = self._activated(maps, 'norm', train).mean(axis=(2, 3), dtype=jnp.float32)
    glorot = nn.initializers.glorot_uniform()
    logits = nn.Dense(self.outputs, kernel_init=glorot, name='fc')(features)
    lengths = jnp.full(b, t) if lengths is None else lengths
    own = (jnp.arange(t) < lengths[:, None])[..., None]
    return (logits * own).sum(axis=1) / lengths[:, None]

  def _layer(self, maps: Array, name: str, train: bool) -> Array:
    """A bottleneck, then the convolution that gives the layer's new channels."""
    growth = self.config.growth
    maps = self._activated(maps, f'{name}_norm1', train)
    maps = self._convolved(maps, _WIDE * growth, 1, f'{name}_conv1')
    maps = self._activated(maps, f'{name}_norm2', train)
    return self._convolved(maps, growth, 3, f'{name}_conv2')

  def _transition(self, maps: Array, name: str, train: bool) -> Array:
    maps = self._activated(maps, f'{name}_norm', train)
    maps = self._convolved(maps, maps.shape[-1] // _KEPT, 1, f'{name}_conv')
    return nn.avg_pool(maps, (1, 2, 2), strides=(1, 2, 2))

  def _activated(self, maps: Array, name: str, train: bool) -> Array:
    norm = BatchNorm(self.config.norm_momentum, self.data_axis, name=name)
    return nn.relu(norm(maps, train)(maps))

  def _convolved(self, maps: Array, filters: int, kernel: int, name: str) -> Array:
    dtype = DTYPES[self.config.dtype]
    return Convolution(filters, kernel, dtype, name=name)(maps)
