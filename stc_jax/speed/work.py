"""How much arithmetic and memory traffic a model is, counted from its architecture."""

import jax
import jax.numpy as jnp

from stc_jax.models import shapes
from stc_jax.models.conv3d import one_call
from stc_jax.models.stc import DTYPES, ModelConfig

# Reads and writes of each parameter in a step of AdamW: its gradient, two moments and
# itself are read; the last three are written.
_ADAMW_TRAFFIC = 7


def conv_shapes(config: ModelConfig) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
  """Each conv layer's input [1, t, h, w, c] and kernel [k, k, k, c, f]."""
  size = config.architecture
  height, width, channels, found = size.height, size.width, 3, []
  for conv in size.convs:
    video = (1, size.frames, height, width, channels)
    found.append((video, (*[conv.kernel] * 3, channels, conv.filters)))
    height, width = (height // 2, width // 2) if conv.pool else (height, width)
    channels = conv.filters
  return found


def conv_flops(config: ModelConfig) -> list[int]:
  """Of each conv layer on one clip, forward; a multiplication and an addition are two.

  Taps that fall on the padding count, as is usual.
  """
  return [
    2 * t * h * w * k**3 * c * f
    for (_, t, h, w, c), (k, _, _, _, f) in conv_shapes(config)
  ]


def forward_flops(config: ModelConfig, classes: int) -> int:
  """Of one clip: convolutions, LSTMs and dense layers; all else is negligible."""
  return sum(conv_flops(config)) + _dense_flops(config, classes)


def training_flops(config: ModelConfig, classes: int) -> int:
  """Of one clip in one step: forward, and as much again for each of two gradients.

  The first layer needs none with respect to the video.
  """
  return 3 * forward_flops(config, classes) - conv_flops(config)[0]


def xla_conv_flops(config: ModelConfig) -> int:
  """XLA's count of the convolutions of one clip; it leaves out taps on the padding."""
  return sum(
    int(jax.jit(one_call).lower(*map(_like, layer)).cost_analysis()['flops'])
    for layer in conv_shapes(config)
  )


def forward_bytes(config: ModelConfig, classes: int, batch: int) -> int:
  """The least that must move: every map and sequence written once and read once.

  And the parameters once a batch.
  """
  activations = 2 * _activations(config) * jnp.dtype(DTYPES[config.dtype]).itemsize
  return batch * activations + 4 * _parameters(config, classes)


def training_bytes(config: ModelConfig, classes: int, batch: int) -> int:
  """As `forward_bytes`, with the gradients of all and the optimiser's state.

  Backward, each map is read once more, and its gradient written and read; a parameter
  is read once more, too.
  """
  itemsize = jnp.dtype(DTYPES[config.dtype]).itemsize
  activations = 5 * _activations(config) * itemsize
  parameters = 4 * _parameters(config, classes)
  return batch * activations + (2 + _ADAMW_TRAFFIC) * parameters


def _dense_flops(config: ModelConfig, classes: int) -> int:
  """Two for every weight, as often as it is used."""
  counts = {'t_lstm': config.architecture.frames, 'c_lstm': len(conv_shapes(config))}
  parts = shapes.parameter_counts(config, classes)
  return sum(
    2 * count * counts.get(part, 1) for part, count in parts.items() if part != 'trunk'
  )


def _activations(config: ModelConfig) -> int:
  """Numbers in a clip's maps and in the pyramids that the LSTMs read."""
  maps = sum(t * h * w * k[-1] for (_, t, h, w, _), k in conv_shapes(config))
  regions = sum(n * n for n in config.levels)
  pyramids = sum(v[1] * regions * k[-1] for v, k in conv_shapes(config))
  return maps + (0 if config.name == 'stc' else pyramids)


def _parameters(config: ModelConfig, classes: int) -> int:
  return sum(shapes.parameter_counts(config, classes).values())


def _like(shape: tuple[int, ...]) -> jax.ShapeDtypeStruct:
  return jax.ShapeDtypeStruct(shape, jnp.float32)
