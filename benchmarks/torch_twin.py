"""STC-NLSTM in PyTorch: an independent implementation that takes our weights."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from stc_jax.models.config import NestedConfig


class TorchTwin(nn.Module):
  """The same network with PyTorch's layers; reads video [b, c, t, h, w].

  Attributes:
    levels: of MSPP; coarse levels are pooled from fine ones if regions nest.
  """

  def __init__(self, config: NestedConfig, classes: int, channels: int = 3):
    super().__init__()
    self.levels, width = config.levels, config.lstm_width
    self.blocks = nn.ModuleList()
    for conv in config.architecture.convs:
      parts = [nn.Conv3d(channels, conv.filters, conv.kernel, padding='same')]
      parts += [nn.BatchNorm3d(conv.filters)] * conv.norm + [nn.ReLU()]
      pool = nn.MaxPool3d((1, 2, 2)) if conv.pool else nn.Identity()
      self.blocks.append(nn.ModuleList([nn.Sequential(*parts), pool]))
      channels = conv.filters
    inputs = channels * sum(n * n for n in self.levels)
    norm = (
      nn.BatchNorm1d(inputs, affine=False) if config.pyramid_norm else nn.Identity()
    )
    self.norms = nn.ModuleList(copy.deepcopy(norm) for _ in self.blocks)
    lstm = {'num_layers': config.lstm_layers, 'batch_first': True}
    self.t_lstms = nn.ModuleList(nn.LSTM(inputs, width, **lstm) for _ in self.blocks)
    self.c_lstm = nn.LSTM(width, width, **lstm)
    self.hidden = nn.ModuleList()
    for hidden in config.architecture.hidden:
      self.hidden.append(nn.Linear(width, hidden))
      width = hidden
    self.dropout = nn.Dropout(config.dropout)
    self.fc = nn.Linear(width, classes)
    count = len(self.blocks) if config.deep_supervision else 0
    self.auxiliary = nn.ModuleList(
      nn.Linear(config.lstm_width, classes) for _ in range(count)
    )

  def forward(self, video: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Returns logits [b, classes], and those of each layer under deep supervision."""
    layers = []
    rooms = zip(self.blocks, self.norms, self.t_lstms, strict=True)
    for (block, pool), norm, t_lstm in rooms:
      maps = block(video)
      video = pool(maps)
      pyramid = mspp_norm(maps, self.levels)
      pyramid = norm(pyramid.flatten(0, 1)).view_as(pyramid)
      layers.append(t_lstm(pyramid)[0][:, -1])
    last = self.c_lstm(torch.stack(layers, 1))[0][:, -1]
    for hidden in self.hidden:
      last = F.relu(hidden(last))
    each = [fc(h) for fc, h in zip(self.auxiliary, layers, strict=False)]
    return self.fc(self.dropout(last)), each


def mspp_norm(maps: torch.Tensor, levels: tuple[int, ...]) -> torch.Tensor:
  """Maps [b, c, t, h, w] to [b, t, d], features in the order of our own module."""
  b, c, t, h, w = maps.shape
  frames = maps.transpose(1, 2).reshape(b * t, c, h, w)
  pooled, finer = [], frames
  for n in levels:
    if h % n or w % n:
      regions = F.adaptive_max_pool2d(frames, n)
    else:  # equal windows, which are faster, of what is pooled already where they nest
      source = finer if finer.shape[2] % n == finer.shape[3] % n == 0 else frames
      regions = finer = F.max_pool2d(
        source, (source.shape[2] // n, source.shape[3] // n)
      )
    pooled.append(regions.permute(0, 2, 3, 1).reshape(b, t, -1))
  return torch.cat(pooled, dim=2)


def copy_params(params: dict, twin: TorchTwin) -> None:
  """Copies our params (or their gradients, for a comparison) to `twin`."""
  with torch.no_grad():
    for name, target in twin.named_parameters():
      target.copy_(torch.from_numpy(np.array(translate(params, name))))


def translate(params: dict, name: str) -> np.ndarray:
  """Our array of the twin's parameter `name`, in PyTorch's layout."""
  part, *path = name.split('.')
  if part == 'blocks':
    number, _, index, kind = path
    return _conv(params['trunk'][f'conv{int(number) + 1}'], int(index), kind)
  if part == 'fc':
    return _dense(params['fc'], path[0])
  if part == 'auxiliary':
    own = {key: value[int(path[0])] for key, value in params['auxiliary'].items()}
    return _dense(own, path[1])
  if part == 'hidden':
    return _dense(params[f'hidden{int(path[0]) + 1}'], path[1])
  if part == 't_lstms':
    stream = {key: value[int(path[0])] for key, value in params['t_lstm'].items()}
    return _lstm(stream, path[1])
  return _lstm(params['c_lstm'], path[0])


def _conv(block: dict, index: int, kind: str) -> np.ndarray:
  if index == 1:
    return block['norm']['scale' if kind == 'weight' else 'bias']
  if kind == 'weight':
    return block['kernel'].transpose(4, 3, 0, 1, 2)
  return block.get('bias', np.zeros(block['kernel'].shape[-1], np.float32))


def _dense(layer: dict, kind: str) -> np.ndarray:
  return layer['kernel'].T if kind == 'weight' else layer['bias']


def _lstm(stack: dict, name: str) -> np.ndarray:
  kind, source, layer = name.split('_')  # weight_ih_l0
  layer = layer.removeprefix('l')
  if kind == 'weight':
    return stack[f'w_{"input" if source == "ih" else "hidden"}_{layer}'].T
  bias = stack[f'bias_{layer}']
  return bias if source == 'ih' else np.zeros_like(bias)
