"""The preprocessing of frames in ONNX.

As `stc_jax.data.input` and `stc_jax.data.transforms`, with channels in front: videos
are float32 [b, c, t, h, w] here, as ONNX's convolutions need them.
"""

import numpy as np

from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.data.transforms import (
  CHANGE,
  CONTRAST_FLOOR,
  LEAST_SQUARE,
  ROUNDING,
  averaging,
)
from stc_jax.export.graph import Graph, known

_CHANNELS_FIRST = (0, 4, 1, 2, 3)


def own_frames(graph: Graph, lengths: str, frames: int) -> str:
  """The weight of each frame in a mean over a clip's length: float32 [b, t].

  `lengths` is float32 [b, 1].
  """
  numbers = np.arange(frames, dtype=np.float32)
  return graph.add('Div', graph.floats(graph.add('Less', numbers, lengths)), lengths)


def network_input(
  graph: Graph,
  frames: str,
  shares: str,
  normalisation: Normalisation,
  config: InputConfig,
) -> str:
  """Normalises and transforms uint8 [b, t, h, w, 3].

  Raises:
    InputError: a transform has no form in ONNX.
  """
  unit = graph.add('Div', graph.floats(frames), np.float32(255))
  mean, scale = (np.asarray(value, np.float32) for value in normalisation)
  video = graph.add('Mul', graph.add('Sub', unit, mean), scale)
  video = graph.transpose(video, *_CHANNELS_FIRST)
  for name in config.transforms:
    transform = known(_TRANSFORMS, name, 'input.transforms')
    video = transform(graph, video, shares, config)
  return video


def seen(graph: Graph, frames: str, config: InputConfig) -> list[str]:
  """The views of clips, uint8 [b, t, h, w, 3] each.

  Raises:
    InputError: a view has no form in ONNX.
  """
  return [known(_VIEWS, name, 'input.views')(graph, frames) for name in config.views]


def _gray(graph: Graph, video: str, shares: str, config: InputConfig) -> str:
  del shares, config
  return graph.reduce('ReduceMean', video, 1)


def _remove_appearance(
  graph: Graph, video: str, shares: str, config: InputConfig
) -> str:
  weights = graph.reshape(shares, 0, 1, config.frames, 1, 1)
  mean = graph.reduce('ReduceSum', graph.add('Mul', video, weights), 2)
  return _difference(graph, video, mean)


def _frames_and_change(
  graph: Graph, video: str, shares: str, config: InputConfig
) -> str:
  change = _remove_appearance(graph, video, shares, config)
  return graph.joined([video, graph.add('Mul', change, np.float32(CHANGE))], 1)


def _local_contrast(graph: Graph, video: str, shares: str, config: InputConfig) -> str:
  centred = _difference(graph, video, _neighbourhood_mean(graph, video, config))
  square = _neighbourhood_mean(graph, graph.add('Mul', centred, centred), config)
  deviation = graph.add('Sqrt', graph.add('Add', square, np.float32(LEAST_SQUARE)))
  of_frames = graph.reduce('ReduceMean', deviation, 1, 3, 4, keep=False)
  usual = graph.reduce('ReduceSum', graph.add('Mul', of_frames, shares), 1)
  floor = graph.add(
    'Mul', graph.reshape(usual, 0, 1, 1, 1, 1), np.float32(CONTRAST_FLOOR)
  )
  return graph.add('Div', centred, graph.add('Add', deviation, floor))


def _difference(graph: Graph, video: str, mean: str) -> str:
  """The difference of a video from its mean; 0 where it is only rounding."""
  difference = graph.add('Sub', video, mean)
  size = graph.add('Max', graph.add('Abs', mean), np.float32(1))
  rounding = graph.add('Mul', size, np.float32(ROUNDING))
  none = graph.add('LessOrEqual', graph.add('Abs', difference), rounding)
  return graph.add('Where', none, np.float32(0), difference)


def _neighbourhood_mean(graph: Graph, video: str, config: InputConfig) -> str:
  along = graph.add('MatMul', video, averaging(config.width))
  return graph.add('MatMul', averaging(config.height).T, along)


_TRANSFORMS = {
  'gray': _gray,
  'remove_appearance': _remove_appearance,
  'local_contrast': _local_contrast,
  'frames_and_change': _frames_and_change,
}
_VIEWS = {
  'original': lambda graph, frames: frames,
  'mirrored': lambda graph, frames: graph.reversed(frames, 3),
}
