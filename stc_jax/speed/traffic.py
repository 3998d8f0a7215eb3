"""The least memory traffic of a model with a trunk, in bytes.

`video` is the shape of one clip, [1, t, h, w, c].
"""

import jax
import jax.numpy as jnp
from flax import linen as nn

from stc_jax.models import flops, shapes
from stc_jax.models.config import DTYPES, RecurrentConfig

# Reads and writes of each parameter in a step of AdamW: its gradient, two moments and
# itself are read; the last three are written.
_ADAMW_TRAFFIC = 7


def forward_bytes(model: nn.Module, video: jax.ShapeDtypeStruct, batch: int) -> int:
  """Maps and sequences are written and read once; parameters are read once a batch."""
  activations = 2 * _activations(model, video) * _itemsize(model)
  return batch * activations + 4 * _parameters(model, video)


def training_bytes(model: nn.Module, video: jax.ShapeDtypeStruct, batch: int) -> int:
  """As `forward_bytes`, with the gradients of all and the optimiser's state.

  The backward pass reads each map and each parameter once more. It writes and reads the
  gradient of each map.
  """
  activations = 5 * _activations(model, video) * _itemsize(model)
  parameters = 4 * _parameters(model, video)
  return batch * activations + (2 + _ADAMW_TRAFFIC) * parameters


def _itemsize(model: nn.Module) -> int:
  """Bytes of a number in the computation."""
  return jnp.dtype(DTYPES[model.config.dtype]).itemsize


def _activations(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  """Numbers in a clip's maps and in the pyramids that the LSTMs read."""
  layers = flops.conv_shapes(model.config, video)
  maps = sum(t * h * w * k[-1] for (_, t, h, w, _), k in layers)
  if not isinstance(model.config, RecurrentConfig):
    return maps
  regions = sum(n * n for n in model.config.levels)
  return maps + sum(v[1] * regions * k[-1] for v, k in layers)


def _parameters(model: nn.Module, video: jax.ShapeDtypeStruct) -> int:
  return sum(shapes.parameter_counts(model, video).values())
