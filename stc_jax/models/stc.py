"""STC-NLSTM and its three ablations (Yu et al. 2018, sec. 3 and 4.3).

f_j = Trunk(video)         j = 1..l    maps of every conv layer
p_j = mspp_norm(f_j)                   to one length a frame
h_j = T-LSTM_j(p_j)                    one vector a layer: its temporal dynamics
o   = C-LSTM(h_1..h_l)                 reads the layers as a sequence, fine to coarse
logits = Dense(o)
"""

import dataclasses
from collections.abc import Sequence

import flax.linen as nn
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from stc_jax.errors import InputError
from stc_jax.models import notation
from stc_jax.models.lstm import LSTM, batched_lstm
from stc_jax.models.mspp import mspp_norm
from stc_jax.models.trunk import ACTIVATION_PLACES, ACTIVATIONS, Features, Trunk

DTYPES = {'float32': jnp.float32, 'bfloat16': jnp.bfloat16}
READOUTS = ('last', 'mean')


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """Section `model` of a launch file; launch/default.py explains its fields."""

  name: str
  notation: str
  remove_appearance: bool
  levels: tuple[int, ...]
  pyramid_norm: bool
  activation: str
  activation_place: str
  lstm_width: int
  lstm_layers: int
  lstm_readout: str
  gate_bias: float
  dropout: float
  norm_momentum: float
  dtype: str

  def __post_init__(self):
    """Checks what the types can't: the names of choices and the ranges of numbers."""
    for field, choices in (
      ('name', MODELS),
      ('lstm_readout', READOUTS),
      ('dtype', DTYPES),
      ('activation', ACTIVATIONS),
      ('activation_place', ACTIVATION_PLACES),
    ):
      if getattr(self, field) not in choices:
        raise InputError(
          f'model.{field}: {getattr(self, field)!r} is not one of {", ".join(choices)}'
        )
    for field in ('lstm_width', 'lstm_layers'):
      if getattr(self, field) < 1:
        raise InputError(f'model.{field}: must be at least 1')
    if (
      not self.levels
      or min(self.levels) < 1
      or len(set(self.levels)) < len(self.levels)
    ):
      raise InputError(
        f'model.levels: {self.levels} must be different positive numbers'
      )
    for field in ('dropout', 'norm_momentum'):
      if not 0 <= getattr(self, field) < 1:
        raise InputError(f'model.{field}: must lie in [0, 1)')

  @property
  def architecture(self) -> notation.Architecture:
    """The parsed notation string."""
    return notation.parse(self.notation)


def trunk_of(config: ModelConfig) -> Trunk:
  """The conv layers of a model."""
  return Trunk(
    config.architecture.convs,
    config.activation,
    config.activation_place,
    config.norm_momentum,
    DTYPES[config.dtype],
    name='trunk',
  )


class _Network(nn.Module):
  """What the four models share: the trunk, the pyramids, the classifier.

  Called with float video [b, t, h, w, 3] and whether it trains, a model returns float32
  logits [b, classes].
  """

  config: ModelConfig
  classes: int

  @property
  def dtype(self) -> DTypeLike:
    return DTYPES[self.config.dtype]

  def features(self, video: Float[Array, 'b t h w c'], train: bool) -> list[Features]:
    if self.config.remove_appearance:
      video = video - video.mean(axis=1, keepdims=True)
    return trunk_of(self.config)(video, train)

  def pyramids(
    self, features: Sequence[Features], train: bool
  ) -> Float[Array, 'l b t d']:
    levels = self.config.levels
    stack = jnp.stack([mspp_norm(f.maps, levels, f.pooled) for f in features])
    if not self.config.pyramid_norm:
      return stack
    norm = nn.BatchNorm(
      use_running_average=not train,
      momentum=self.config.norm_momentum,
      axis=(0, 3),
      use_bias=False,
      use_scale=False,
      dtype=self.dtype,
      name='pyramid_norm',
    )
    return norm(stack)

  def lstm_attributes(self) -> dict:
    c = self.config
    return {
      'width': c.lstm_width,
      'layers': c.lstm_layers,
      'gate_bias': c.gate_bias,
      'dtype': self.dtype,
    }

  def read(self, sequence: Float[Array, '*batch t h']) -> Float[Array, '*batch h']:
    """Takes one vector from an LSTM's hidden states: the last, or their mean."""
    if self.config.lstm_readout == 'last':
      return sequence[..., -1, :]
    return sequence.mean(axis=-2)

  def classify(self, vector: Float[Array, 'b d'], train: bool) -> Float[Array, 'b n']:
    kept = nn.Dropout(self.config.dropout, deterministic=not train)(vector)
    dense = nn.Dense(
      self.classes, kernel_init=nn.initializers.glorot_uniform(), name='fc'
    )
    return dense(kept.astype(jnp.float32))


class STC(_Network):
  """No LSTM: the last conv layer's output through the notation's FC layers."""

  @nn.compact
  def __call__(self, video, train):
    """See `_Network`."""
    last = self.features(video, train)[-1].output
    vector = last.reshape(last.shape[0], -1)
    for number, width in enumerate(self.config.architecture.hidden, start=1):
      glorot = nn.initializers.glorot_uniform()
      dense = nn.Dense(
        width, kernel_init=glorot, dtype=self.dtype, name=f'hidden{number}'
      )
      vector = nn.relu(dense(vector))
    return self.classify(vector, train)


class STCLSTM(_Network):
  """The last conv layer's pyramid to one LSTM."""

  @nn.compact
  def __call__(self, video, train):
    """See `_Network`."""
    pyramid = self.pyramids(self.features(video, train)[-1:], train)[0]
    sequence = LSTM(**self.lstm_attributes(), name='t_lstm')(pyramid)
    return self.classify(self.read(sequence), train)


class STCSLSTM(_Network):
  """All conv layers' pyramids, summed position by position, to one LSTM."""

  @nn.compact
  def __call__(self, video, train):
    """See `_Network`."""
    pyramid = self.pyramids(self.features(video, train), train).sum(axis=0)
    sequence = LSTM(**self.lstm_attributes(), name='t_lstm')(pyramid)
    return self.classify(self.read(sequence), train)


class STCNLSTM(_Network):
  """One T-LSTM a conv layer, and a C-LSTM over the layers."""

  @nn.compact
  def __call__(self, video, train):
    """See `_Network`."""
    pyramids = self.pyramids(self.features(video, train), train)
    attributes = self.lstm_attributes()
    temporal = batched_lstm(len(pyramids), **attributes, name='t_lstm')(pyramids)
    layers = self.read(temporal).swapaxes(0, 1)
    return self.classify(self.read(LSTM(**attributes, name='c_lstm')(layers)), train)


MODELS = {'stc': STC, 'stc_lstm': STCLSTM, 'stc_slstm': STCSLSTM, 'stc_nlstm': STCNLSTM}


def build(config: ModelConfig, classes: int) -> nn.Module:
  """Makes the model that `config` names, for a dataset of so many classes.

  Raises:
    InputError: conv layers of different widths, which neither the batched T-LSTMs nor a
      sum fusion can take.
  """
  widths = {conv.filters for conv in config.architecture.convs}
  if config.name in ('stc_slstm', 'stc_nlstm') and len(widths) > 1:
    raise InputError(
      f'model.notation: {config.name} needs as many filters in every conv layer, '
      f'found {sorted(widths)}'
    )
  return MODELS[config.name](config, classes)
