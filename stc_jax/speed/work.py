"""How much arithmetic and memory traffic a model is, counted from its architecture.

A `Network` is what is counted: a model that starts with the 3D CNN, and one clip.
"""

import dataclasses
import functools
import re

import jax
import jax.numpy as jnp

from stc_jax.models import shapes
from stc_jax.models.config import (
  DTYPES,
  DenseNetConfig,
  RecurrentConfig,
  TrunkConfig,
)
from stc_jax.models.conv.conv3d import one_call
from stc_jax.models.registry import build

# Reads and writes of each parameter in a step of AdamW: its gradient, two moments and
# itself are read; the last three are written.
_ADAMW_TRAFFIC = 7


@dataclasses.dataclass(frozen=True)
class Network:
  """A model that reads such clips.

  Attributes:
    name, config: the model and its section.
    video: the shape of one clip, [1, t, h, w, c].
    classes: of its answers.
  """

  name: str
  config: TrunkConfig
  video: jax.ShapeDtypeStruct
  classes: int

  @functools.cached_property
  def parts(self) -> dict[str, int]:
    """How many parameters each part has."""
    model = build(self.name, self.config, self.classes)
    return shapes.parameter_counts(model, self.video)

  @property
  def itemsize(self) -> int:
    """Bytes of a number in the computation."""
    return jnp.dtype(DTYPES[self.config.dtype]).itemsize


def conv_shapes(network: Network) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
  """Each conv layer's input [1, t, h, w, c] and kernel [k, k, k, c, f]."""
  _, frames, height, width, channels = network.video.shape
  found = []
  for conv in network.config.architecture.convs:
    video = (1, frames, height, width, channels)
    found.append((video, (*[conv.kernel] * 3, channels, conv.filters)))
    height, width = (height // 2, width // 2) if conv.pool else (height, width)
    channels = conv.filters
  return found


def conv_flops(network: Network) -> list[int]:
  """Of each conv layer on one clip, forward; a multiplication and an addition are two.

  Taps that fall on the padding count, as is usual.
  """
  return [
    2 * t * h * w * k**3 * c * f
    for (_, t, h, w, c), (k, _, _, _, f) in conv_shapes(network)
  ]


def forward_flops(network: Network) -> int:
  """Of one clip: convolutions, LSTMs and dense layers; all else is negligible."""
  return sum(conv_flops(network)) + _dense_flops(network)


def densenet_flops(
  config: DenseNetConfig, video: jax.ShapeDtypeStruct, classes: int
) -> int:
  """Of one clip, forward: each kernel's weights, at each place of each still."""
  _, frames, height, width, _ = video.shape
  params = shapes.variables(build('densenet', config, classes), video)['params']
  flops = 2 * params['fc']['kernel'].size
  for name, part in params.items():
    if name != 'fc' and 'kernel' in part:
      block = re.search(r'\d', name)  # none: the stem, before the first
      halvings = int(block[0]) - 1 if block else 0
      places = (height >> halvings) * (width >> halvings)
      flops += 2 * part['kernel'].size * places
  return frames * flops


def training_flops(network: Network) -> int:
  """Of one clip in one step: forward, and as much again for each of two gradients.

  The first layer needs none with respect to the video.
  """
  return 3 * forward_flops(network) - conv_flops(network)[0]


def xla_conv_flops(network: Network) -> int:
  """XLA's count of the convolutions of one clip; it leaves out taps on the padding."""
  return sum(
    int(jax.jit(one_call).lower(*map(_like, layer)).cost_analysis()['flops'])
    for layer in conv_shapes(network)
  )


def forward_bytes(network: Network, batch: int) -> int:
  """The least that must move: every map and sequence written once and read once.

  And the parameters once a batch.
  """
  activations = 2 * _activations(network) * network.itemsize
  return batch * activations + 4 * _parameters(network)


def training_bytes(network: Network, batch: int) -> int:
  """As `forward_bytes`, with the gradients of all and the optimiser's state.

  Backward, each map is read once more, and its gradient written and read; a parameter
  is read once more, too.
  """
  activations = 5 * _activations(network) * network.itemsize
  parameters = 4 * _parameters(network)
  return batch * activations + (2 + _ADAMW_TRAFFIC) * parameters


def _dense_flops(network: Network) -> int:
  """Two for every weight, as often as it is used."""
  counts = {'t_lstm': network.video.shape[1], 'c_lstm': len(conv_shapes(network))}
  return sum(
    2 * count * counts.get(part, 1)
    for part, count in network.parts.items()
    if part != 'trunk'
  )


def _activations(network: Network) -> int:
  """Numbers in a clip's maps and in the pyramids that the LSTMs read."""
  maps = sum(t * h * w * k[-1] for (_, t, h, w, _), k in conv_shapes(network))
  if not isinstance(network.config, RecurrentConfig):
    return maps
  regions = sum(n * n for n in network.config.levels)
  return maps + sum(v[1] * regions * k[-1] for v, k in conv_shapes(network))


def _parameters(network: Network) -> int:
  return sum(network.parts.values())


def _like(shape: tuple[int, ...]) -> jax.ShapeDtypeStruct:
  return jax.ShapeDtypeStruct(shape, jnp.float32)
