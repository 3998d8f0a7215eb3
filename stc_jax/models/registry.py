"""The models by name, and what each of them can do.

A module has the attributes `config`, `outputs` and `data_axis`. It is called with float
video [b, t, h, w, c], the lengths of the clips, and whether it trains; frames beyond a
clip's length repeat its last. It returns float32 logits [b, outputs]. It may sow
auxiliary logits, float32 [k, b, outputs]: the loss supervises them, and a test averages
them with the others. BUILD.md says how a model is added.
"""

import dataclasses
from collections.abc import Callable

import jax
from flax import linen as nn

from stc_jax.models import flops
from stc_jax.models.config import (
  DenseNetConfig,
  LayerwiseConfig,
  ModelConfig,
  NestedConfig,
  RecurrentConfig,
  TrunkConfig,
)
from stc_jax.models.densenet import DenseNet
from stc_jax.models.stc import STC, STCLSTM, STCNLSTM, STCSLSTM


@dataclasses.dataclass(frozen=True)
class ModelEntry:
  """A model that a launch file can name.

  Attributes:
    title: its name in tables and figures.
    config: the dataclass of its section.
    module: the Flax module.
    forward_flops: the operations of a module on one clip, of shape [1, t, h, w, c];
      None: reports say that they are not counted.
    has_trunk: whether the module begins with `stc.trunk_of(config)`. Such models have a
      table of layers, heatmaps of their layers, and a benchmark.
    groups: pairs of the beginning of a part's name and the group of parameters that the
      part is in, for rates by group.
  """

  title: str
  config: type[ModelConfig]
  module: type[nn.Module]
  forward_flops: Callable[[nn.Module, jax.ShapeDtypeStruct], int] | None = None
  has_trunk: bool = False
  groups: tuple[tuple[str, str], ...] = ()


_GROUPS = (
  ('trunk', 'trunk'),
  ('t_lstm', 'lstm'),
  ('c_lstm', 'lstm'),
  ('hidden', 'classifier'),
  ('auxiliary', 'classifier'),
  ('fc', 'classifier'),
)


def _of_trunk(title: str, config: type[TrunkConfig], module: type) -> ModelEntry:
  return ModelEntry(title, config, module, flops.forward_flops, True, _GROUPS)


MODELS = {
  'stc': _of_trunk('STC', TrunkConfig, STC),
  'stc_lstm': _of_trunk('STC-LSTM', RecurrentConfig, STCLSTM),
  'stc_slstm': _of_trunk('STC-SLSTM', LayerwiseConfig, STCSLSTM),
  'stc_nlstm': _of_trunk('STC-NLSTM', NestedConfig, STCNLSTM),
  'densenet': ModelEntry(
    'DenseNet',
    DenseNetConfig,
    DenseNet,
    flops.densenet_flops,
    groups=(('fc', 'classifier'), ('', 'trunk')),
  ),
}


def build(
  name: str, config: ModelConfig, outputs: int, data_axis: str | None = None
) -> nn.Module:
  """Makes a model; `data_axis` is the mesh axis that a batch is spread over, if any."""
  return MODELS[name].module(config, outputs, data_axis)


def group_of(name: str, part: str) -> str:
  """The group of parameters that a part of a model is in: trunk, lstm or classifier.

  A part that the model's entry doesn't name is a group by itself.
  """
  found = (group for start, group in MODELS[name].groups if part.startswith(start))
  return next(found, part)
