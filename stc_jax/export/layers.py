"""The layers of our networks in ONNX; each as in the room `stc_jax.models`.

Videos and maps are float32 [b, c, t, h, w], pyramids and sequences [t, b, d].
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stc_jax.export.graph import Graph, known
from stc_jax.models.config import RecurrentConfig, TrunkConfig
from stc_jax.models.lstm import GATES
from stc_jax.models.mspp import regions
from stc_jax.models.norm import EPSILON

_HEIGHT, _WIDTH = 3, 4  # axes
# ONNX orders the gates as input, output, forget, cell; our weights have them as input,
# forget, cell, output.
_GATE_ORDER = (0, 3, 1, 2)


class FeatureMaps(NamedTuple):
  """The maps of a conv layer, and the height and width of each."""

  value: str
  height: int
  width: int


class TrunkLayer(NamedTuple):
  """A conv layer's maps, and what the next layer reads."""

  maps: FeatureMaps
  output: FeatureMaps


def convolution(graph: Graph, maps: str, kernel: np.ndarray, *bias: np.ndarray) -> str:
  """Stride 1, same padding; `kernel` is [*sizes, c, f], `bias` [f] if there is one."""
  sizes = kernel.shape[:-2]
  before = [(size - 1) // 2 for size in sizes]
  after = [size - 1 - first for size, first in zip(sizes, before, strict=True)]
  filters_first = np.moveaxis(kernel, (-1, -2), (0, 1))
  return graph.add(
    'Conv', maps, filters_first, *bias, kernel_shape=sizes, pads=before + after
  )


def batch_norm(graph: Graph, maps: str, params: Mapping, stats: Mapping) -> str:
  """Batch normalisation with running statistics."""
  values = (params['scale'], params['bias'], stats['mean'], stats['var'])
  return graph.add('BatchNormalization', maps, *values, epsilon=EPSILON)


def activation(graph: Graph, value: str, name: str) -> str:
  """One of `stc_jax.models.trunk.ACTIVATIONS`.

  Raises:
    InputError: it has no form here.
  """
  return known(_ACTIVATIONS, name, 'activation')(graph, value)


_ACTIVATIONS = {
  'relu': lambda graph, value: graph.add('Relu', value),
  'leaky_relu': lambda graph, value: graph.add('LeakyRelu', value, alpha=0.01),
  'elu': lambda graph, value: graph.add('Elu', value, alpha=1.0),
  'tanh': lambda graph, value: graph.add('Tanh', value),
}


def trunk(
  graph: Graph, config: TrunkConfig, variables: Mapping, video: FeatureMaps
) -> list[TrunkLayer]:
  """All conv layers, finest first."""
  params = variables['params']['trunk']
  stats = variables['batch_stats'].get('trunk', {})
  features = []
  for number, conv in enumerate(config.architecture.convs, start=1):
    own = params[f'conv{number}']
    value = convolution(
      graph, video.value, own['kernel'], *([own['bias']] if 'bias' in own else [])
    )
    if config.activation_place == 'before_norm':
      value = activation(graph, value, config.activation)
    if conv.norm:
      value = batch_norm(graph, value, own['norm'], stats[f'conv{number}']['norm'])
    if config.activation_place == 'after_norm':
      value = activation(graph, value, config.activation)
    maps = video._replace(value=value)
    video = pooled(graph, maps) if conv.pool else maps
    features.append(TrunkLayer(maps, video))
  return features


def pooled(graph: Graph, maps: FeatureMaps) -> FeatureMaps:
  """P2; an odd last row or column is left out."""
  value = graph.add('MaxPool', maps.value, kernel_shape=(1, 2, 2), strides=(1, 2, 2))
  return FeatureMaps(value, maps.height // 2, maps.width // 2)


def mspp_norm(graph: Graph, maps: FeatureMaps, levels: Sequence[int]) -> str:
  """Every frame's pyramid, [t, b, d]: level by level, channels last in each region."""
  pyramid = {}
  for n in sorted(levels, reverse=True):
    finer = min((m for m in pyramid if m % n == 0), default=None)
    source = maps if finer is None else FeatureMaps(pyramid[finer], finer, finer)
    pyramid[n] = _largest(graph, source, n)
  flat = [graph.reshape(pyramid[n], 0, 0, 0, n * n) for n in levels]
  frames_first = graph.transpose(graph.joined(flat, 3), 2, 0, 3, 1)
  return _merged(graph, frames_first)


def _merged(graph: Graph, value: str) -> str:
  """Merges the last two of four axes."""
  return graph.reshape(value, 0, 0, -1)


def _largest(graph: Graph, maps: FeatureMaps, n: int) -> str:
  """The maxima of n x n regions of every frame."""
  if maps.height % n == 0 and maps.width % n == 0:
    sides = (1, maps.height // n, maps.width // n)
    return graph.add('MaxPool', maps.value, kernel_shape=sides, strides=sides)
  value = maps.value
  for axis, size in ((_HEIGHT, maps.height), (_WIDTH, maps.width)):
    rows = [
      graph.reduce('ReduceMax', graph.part(value, axis, first, end), axis)
      for first, end in regions(size, n)
    ]
    value = graph.joined(rows, axis)
  return value


def normalised(graph: Graph, pyramid: str, stats: Mapping[str, np.ndarray]) -> str:
  """Batch normalisation of a pyramid [t, b, d], without scale and bias of its own."""
  slope = 1 / np.sqrt(stats['var'] + np.float32(EPSILON))
  return graph.add('Mul', graph.add('Sub', pyramid, stats['mean']), slope)


def lstm(graph: Graph, config: RecurrentConfig, params: Mapping, sequence: str) -> str:
  """A stack of LSTM layers: [t, b, d] to the last one's hidden states [t, b, h]."""
  direction = np.array([1], np.int64)
  for layer in range(config.lstm_layers):
    w_input, w_hidden = (
      _gates(params[f'{name}_{layer}']).T[None] for name in ('w_input', 'w_hidden')
    )
    bias = _gates(params[f'bias_{layer}'])[None]
    both = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    hidden = graph.add(
      'LSTM', sequence, w_input, w_hidden, both, hidden_size=config.lstm_width
    )
    sequence = graph.add('Squeeze', hidden, direction)
  return sequence


def _gates(weights: np.ndarray) -> np.ndarray:
  """Reorders the gates along the last axis as ONNX has them."""
  parts = np.split(weights, GATES, axis=-1)
  return np.concatenate([parts[gate] for gate in _GATE_ORDER], axis=-1)


def dense(graph: Graph, vector: str, params: Mapping) -> str:
  """A dense layer: [b, d] to [b, n]."""
  return graph.add('Gemm', vector, params['kernel'], params['bias'])
