"""The networks of `stc_jax.models` in ONNX: from a video to logits."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from stc_jax.export import layers
from stc_jax.export.graph import Graph, known
from stc_jax.export.input_graph import own_frames
from stc_jax.export.layers import FeatureMaps, TrunkLayer
from stc_jax.models.config import (
  BLOCKS,
  DenseNetConfig,
  ModelConfig,
  RecurrentConfig,
  TrunkConfig,
)
from stc_jax.models.densenet import DenseNet
from stc_jax.models.registry import MODELS
from stc_jax.models.stc import STC, STCLSTM, STCNLSTM, STCSLSTM


class Clips(NamedTuple):
  """The clips that a network reads.

  Attributes:
    video: float32 [b, c, t, h, w].
    lengths: of the clips in frames, float32 [b, 1].
    frames: t.
  """

  video: FeatureMaps
  lengths: str
  frames: int


class NetworkLogits(NamedTuple):
  """Logits [b, n]: of the network's last layer, and auxiliary ones."""

  logits: str
  auxiliary: tuple[str, ...] = ()


def logits_of(
  graph: Graph, model: str, config: ModelConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  """Adds a model of the registry, by name; returns its logits.

  Raises:
    InputError: it has no form in ONNX.
  """
  forms = {
    name: _NETWORKS[entry.module]
    for name, entry in MODELS.items()
    if entry.module in _NETWORKS
  }
  return known(forms, model, 'model')(graph, config, variables, clips)


def _stc(
  graph: Graph, config: TrunkConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  last = layers.trunk(graph, config, variables, clips.video)[-1].output
  channels_last = graph.transpose(last.value, 0, 2, 3, 4, 1)
  vector = graph.reshape(channels_last, 0, -1)
  return NetworkLogits(_classified(graph, config, variables, vector))


def _stc_lstm(
  graph: Graph, config: RecurrentConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  last = layers.trunk(graph, config, variables, clips.video)[-1:]
  (pyramid,) = _pyramids(graph, config, variables, last)
  return _one_lstm(graph, config, variables, clips, pyramid)


def _stc_slstm(
  graph: Graph, config: RecurrentConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  features = layers.trunk(graph, config, variables, clips.video)
  pyramids = _pyramids(graph, config, variables, features)
  return _one_lstm(graph, config, variables, clips, graph.add('Sum', *pyramids))


def _one_lstm(
  graph: Graph,
  config: RecurrentConfig,
  variables: Mapping,
  clips: Clips,
  pyramid: str,
) -> NetworkLogits:
  sequence = layers.lstm(graph, config, variables['params']['t_lstm'], pyramid)
  vector = _read(graph, sequence, _steps(graph, config, clips))
  return NetworkLogits(_classified(graph, config, variables, vector))


def _stc_nlstm(
  graph: Graph, config: RecurrentConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  params = variables['params']
  features = layers.trunk(graph, config, variables, clips.video)
  steps = _steps(graph, config, clips)
  temporal = [
    _read(graph, layers.lstm(graph, config, _row(params['t_lstm'], j), pyramid), steps)
    for j, pyramid in enumerate(_pyramids(graph, config, variables, features))
  ]
  auxiliary = ()
  if config.deep_supervision:
    auxiliary = tuple(
      layers.dense(graph, vector, _row(params['auxiliary'], j))
      for j, vector in enumerate(temporal)
    )
  sequence = layers.lstm(graph, config, params['c_lstm'], graph.stacked(temporal))
  vector = _read(graph, sequence, _all_steps(config, len(features)))
  return NetworkLogits(_classified(graph, config, variables, vector), auxiliary)


def _row(params: Mapping, number: int) -> dict[str, np.ndarray]:
  """The parameters of one LSTM, where those of all are stacked."""
  return {name: value[number] for name, value in params.items()}


def _pyramids(
  graph: Graph,
  config: RecurrentConfig,
  variables: Mapping,
  features: list[TrunkLayer],
) -> list[str]:
  found = [layers.mspp_norm(graph, f.maps, config.levels) for f in features]
  if not config.pyramid_norm:
    return found
  stats = variables['batch_stats']['pyramid_norm']
  return [
    layers.normalised(graph, pyramid, _row(stats, j)) for j, pyramid in enumerate(found)
  ]


def _steps(graph: Graph, config: RecurrentConfig, clips: Clips) -> str | np.ndarray:
  """The weight of each step in the vector that is read: float32 [t, b or 1, 1]."""
  if config.lstm_readout == 'last_padded':
    return _all_steps(config, clips.frames)
  if config.lstm_readout == 'mean':
    shares = own_frames(graph, clips.lengths, clips.frames)
  else:
    ends = np.arange(1, clips.frames + 1, dtype=np.float32)
    shares = graph.floats(graph.add('Equal', clips.lengths, ends))
  return graph.reshape(graph.transpose(shares, 1, 0), 0, 0, 1)


def _all_steps(config: RecurrentConfig, steps: int) -> np.ndarray:
  """As `_steps`, for a sequence without repeated steps."""
  if config.lstm_readout == 'mean':
    return np.full((steps, 1, 1), 1 / steps, np.float32)
  return np.eye(steps, dtype=np.float32)[-1].reshape(-1, 1, 1)


def _read(graph: Graph, sequence: str, steps: str | np.ndarray) -> str:
  """The weighted sum over time: [t, b, h] to [b, h]."""
  return graph.reduce('ReduceSum', graph.add('Mul', sequence, steps), 0, keep=False)


def _classified(
  graph: Graph, config: TrunkConfig, variables: Mapping, vector: str
) -> str:
  params = variables['params']
  for number in range(1, len(config.architecture.hidden) + 1):
    hidden = layers.dense(graph, vector, params[f'hidden{number}'])
    vector = layers.activation(graph, hidden, config.activation)
  return layers.dense(graph, vector, params['fc'])


def _densenet(
  graph: Graph, config: DenseNetConfig, variables: Mapping, clips: Clips
) -> NetworkLogits:
  params, stats = variables['params'], variables['batch_stats']

  def activated(maps, name):
    return graph.add('Relu', layers.batch_norm(graph, maps, params[name], stats[name]))

  def convolved(maps, name):
    return layers.convolution(graph, maps, params[name]['kernel'])

  def layer(maps, name):
    wide = convolved(activated(maps, f'{name}_norm1'), f'{name}_conv1')
    return convolved(activated(wide, f'{name}_norm2'), f'{name}_conv2')

  maps = convolved(_stills(graph, clips, params['stem']['kernel'].shape[2]), 'stem')
  for block in range(1, BLOCKS + 1):
    for number in range(1, config.layers + 1):
      maps = graph.joined([maps, layer(maps, f'block{block}_layer{number}')], 1)
    if block < BLOCKS:
      name = f'transition{block}'
      maps = convolved(activated(maps, f'{name}_norm'), f'{name}_conv')
      maps = graph.add('AveragePool', maps, kernel_shape=(2, 2), strides=(2, 2))
  vectors = graph.reduce('ReduceMean', activated(maps, 'norm'), 2, 3, keep=False)
  logits = layers.dense(graph, vectors, params['fc'])
  of_frames = graph.reshape(logits, -1, clips.frames, params['fc']['bias'].shape[0])
  shares = graph.reshape(own_frames(graph, clips.lengths, clips.frames), 0, 0, 1)
  weighted = graph.add('Mul', of_frames, shares)
  return NetworkLogits(graph.reduce('ReduceSum', weighted, 1, keep=False))


def _stills(graph: Graph, clips: Clips, channels: int) -> str:
  """All frames as pictures: [b * t, c, h, w]."""
  video = clips.video
  frames = graph.transpose(video.value, 0, 2, 1, 3, 4)
  return graph.reshape(frames, -1, channels, video.height, video.width)


# The form of each module; a module that is not here can't be exported.
_NETWORKS = {
  STC: _stc,
  STCLSTM: _stc_lstm,
  STCSLSTM: _stc_slstm,
  STCNLSTM: _stc_nlstm,
  DenseNet: _densenet,
}
