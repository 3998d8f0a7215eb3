"""The shapes and sizes of a model; nothing is computed."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax import traverse_util

from stc_jax.models import stc
from stc_jax.models.config import RecurrentConfig, TrunkConfig


def variables(model: nn.Module, video: jax.ShapeDtypeStruct) -> dict:
  """The shapes of `params` and `batch_stats` of a model that reads such videos.

  Raises:
    TypeError: its logits have another shape or type (see `stc_jax.models.registry`).
  """

  def outputs_and_variables(video):
    return model.init_with_output(jax.random.key(0), video, train=False)

  logits, found = jax.eval_shape(outputs_and_variables, video)
  wanted = (video.shape[0], model.outputs)
  if (logits.shape, logits.dtype) != (wanted, jnp.float32):
    name = type(model).__name__
    raise TypeError(f'{name} returns {logits.dtype}{logits.shape}, not float32{wanted}')
  return found


def parameter_counts(model: nn.Module, video: jax.ShapeDtypeStruct) -> dict[str, int]:
  """The number of parameters of each part of the model: trunk, t_lstm, ..."""
  return {
    part: sum(leaf.size for leaf in jax.tree.leaves(params))
    for part, params in variables(model, video)['params'].items()
  }


def axes_of_outputs(
  build: Callable[[int], nn.Module], outputs: int, video: jax.ShapeDtypeStruct
) -> dict[str, int]:
  """The axis of each variable along which the outputs lie, by path, where there is one.

  Args:
    build: makes the model of so many outputs.
    outputs: one such number.
    video: the shape of its input.
  """
  own, other = (
    traverse_util.flatten_dict(variables(build(count), video), sep='/')
    for count in (outputs, outputs + 1)
  )
  pairs = {name: zip(own[name].shape, other[name].shape, strict=True) for name in own}
  found = {name: [one != two for one, two in sides] for name, sides in pairs.items()}
  return {name: differ.index(True) for name, differ in found.items() if any(differ)}


def layer_table(
  config: TrunkConfig, video: jax.ShapeDtypeStruct
) -> list[tuple[str, str, str, str, str]]:
  """Rows of Yu et al. 2018, table 1: layer, kernel, input, output, MSPP output."""
  trunk = stc.trunk_of(config)

  def layer_outputs(video):
    features, _ = trunk.init_with_output(jax.random.key(0), video, train=False)
    return [layer.output for layer in features]

  outputs = jax.eval_shape(layer_outputs, video)
  levels = config.levels if isinstance(config, RecurrentConfig) else ()
  regions = sum(n * n for n in levels)
  return [
    (
      f'conv{number}',
      ' x '.join([str(conv.kernel)] * 3),
      _times(layer_input.shape[1:]),
      _times(output.shape[1:]) + (' (P2)' if conv.pool else ''),
      f'{video.shape[1]} x {conv.filters * regions}' if regions else '',
    )
    for number, (conv, layer_input, output) in enumerate(
      zip(config.architecture.convs, [video, *outputs[:-1]], outputs, strict=True),
      start=1,
    )
  ]


def one_clip(
  frames: int, height: int, width: int, channels: int
) -> jax.ShapeDtypeStruct:
  """The shape of one clip, float32 [1, t, h, w, c]."""
  return jax.ShapeDtypeStruct((1, frames, height, width, channels), jnp.float32)


def _times(shape: tuple[int, ...]) -> str:
  return ' x '.join(map(str, shape))
