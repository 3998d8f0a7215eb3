"""Floating-point operations of a model, counted from its architecture.

A multiplication and an addition are two operations. `video` is the shape of one clip,
[1, t, h, w, c].
"""

import re

import jax
import jax.numpy as jnp
from flax import linen as nn

from stc_jax.models import shapes
from stc_jax.models.config import TrunkConfig
from stc_jax.models.conv.conv3d import one_call


def forward_flops(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  """Counts a model with a trunk: convolutions, LSTMs and dense layers.

  All other operations are negligible.
  """
  return sum(conv_flops(model.config, video)) + _dense_flops(model, video)


def training_flops(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  """Counts a training step of a model with a trunk: forward, and two gradients.

  Each gradient takes as many operations as forward. The first layer needs no gradient
  with respect to the video.
  """
  return 3 * forward_flops(model, video) - conv_flops(model.config, video)[0]


def densenet_flops(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  """Counts DenseNet: the weights of each kernel at each place of each still."""
  _, frames, height, width, _ = video.shape
  params = shapes.variables(model, video)['params']
  flops = 2 * params['fc']['kernel'].size
  for name, part in params.items():
    if name != 'fc' and 'kernel' in part:
      block = re.search(r'\d', name)  # none: the stem, before the first
      halvings = int(block[0]) - 1 if block else 0
      places = (height >> halvings) * (width >> halvings)
      flops += 2 * part['kernel'].size * places
  return frames * flops


def conv_shapes(
  config: TrunkConfig, video: jax.ShapeDtypeStruct
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
  """Shapes of each conv layer's input [1, t, h, w, c] and kernel [k, k, k, c, f]."""
  _, frames, height, width, channels = video.shape
  layers = []
  for conv in config.architecture.convs:
    layer_input = (1, frames, height, width, channels)
    layers.append((layer_input, (*[conv.kernel] * 3, channels, conv.filters)))
    height, width = (height // 2, width // 2) if conv.pool else (height, width)
    channels = conv.filters
  return layers


def conv_flops(config: TrunkConfig, video: jax.ShapeDtypeStruct) -> list[int]:
  """Counts each conv layer, forward; taps on the padding count, as is usual."""
  return [
    2 * t * h * w * k**3 * c * f
    for (_, t, h, w, c), (k, _, _, _, f) in conv_shapes(config, video)
  ]


def xla_conv_flops(config: TrunkConfig, video: jax.ShapeDtypeStruct) -> int:
  """XLA's count of all conv layers, without taps on the padding."""
  return sum(
    int(jax.jit(one_call).lower(*map(_like, layer)).cost_analysis()['flops'])
    for layer in conv_shapes(config, video)
  )


def _dense_flops(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  """Two operations for every use of a weight."""
  uses = {'t_lstm': video.shape[1], 'c_lstm': len(model.config.architecture.convs)}
  return sum(
    2 * count * uses.get(part, 1)
    for part, count in shapes.parameter_counts(model, video).items()
    if part != 'trunk'
  )


def _like(shape: tuple[int, ...]) -> jax.ShapeDtypeStruct:
  return jax.ShapeDtypeStruct(shape, jnp.float32)
