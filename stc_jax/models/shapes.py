"""A model's shapes and sizes, without computing anything."""

import jax
import jax.numpy as jnp

from stc_jax.models import stc


def variables(config: stc.ModelConfig, classes: int) -> dict:
  """Params and batch_stats of one model, as shapes."""
  model = stc.build(config, classes)
  return jax.eval_shape(
    lambda video: model.init(jax.random.key(0), video, train=False), video_of(config)
  )


def parameter_counts(config: stc.ModelConfig, classes: int) -> dict[str, int]:
  """How many parameters each part of the model has: trunk, t_lstm, ..."""
  return {
    part: sum(leaf.size for leaf in jax.tree.leaves(params))
    for part, params in variables(config, classes)['params'].items()
  }


def layer_table(config: stc.ModelConfig) -> list[tuple[str, str, str, str, str]]:
  """Rows of Yu et al. 2018, table 1: layer, kernel, input, output, MSPP output."""
  convs = config.architecture.convs
  trunk = stc.trunk_of(config)
  video = video_of(config)

  def layer_outputs(video):
    features, _ = trunk.init_with_output(jax.random.key(0), video, train=False)
    return [layer.output for layer in features]

  outputs = jax.eval_shape(layer_outputs, video)
  regions = sum(n * n for n in config.levels)
  return [
    (
      f'conv{number}',
      ' x '.join([str(conv.kernel)] * 3),
      _times(layer_input.shape[1:]),
      _times(output.shape[1:]) + (' (P2)' if conv.pool else ''),
      f'{video.shape[1]} x {conv.filters * regions}',
    )
    for number, (conv, layer_input, output) in enumerate(
      zip(convs, [video, *outputs[:-1]], outputs, strict=True), start=1
    )
  ]


def video_of(config: stc.ModelConfig) -> jax.ShapeDtypeStruct:
  """One clip of the notation's input size: [1, t, h, w, 3]."""
  size = config.architecture
  shape = (1, size.frames, size.height, size.width, 3)
  return jax.ShapeDtypeStruct(shape, jnp.float32)


def _times(shape: tuple[int, ...]) -> str:
  return ' x '.join(map(str, shape))
