"""The models by name: each with the dataclass of its section, and its module.

A module has the attributes `config`, `outputs` and `data_axis`; called with float video
[b, t, h, w, c], how many frames of each are its own, and whether it trains, it returns
float32 logits [b, outputs]. It may
sow auxiliary ones, float32 [k, b, outputs], which are supervised and averaged with
them. A new model is a line here, and a section of its name in launch/default.py.
"""

from typing import NamedTuple

from flax import linen as nn

from stc_jax.models.config import (
  DenseNetConfig,
  LayerwiseConfig,
  NestedConfig,
  RecurrentConfig,
  TrunkConfig,
)
from stc_jax.models.densenet import DenseNet
from stc_jax.models.stc import STC, STCLSTM, STCNLSTM, STCSLSTM


class Entry(NamedTuple):
  """A model: the dataclass of its section, and its module."""

  config: type
  module: type[nn.Module]


MODELS = {
  'stc': Entry(TrunkConfig, STC),
  'stc_lstm': Entry(RecurrentConfig, STCLSTM),
  'stc_slstm': Entry(LayerwiseConfig, STCSLSTM),
  'stc_nlstm': Entry(NestedConfig, STCNLSTM),
  'densenet': Entry(DenseNetConfig, DenseNet),
}


def build(name: str, config, outputs: int, data_axis: str | None = None) -> nn.Module:
  """Makes a model; `data_axis` is the mesh axis that a batch is spread over, if any."""
  return MODELS[name].module(config, outputs, data_axis)
