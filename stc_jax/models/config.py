"""The fields of each model's section; launch/default.py describes them."""

import dataclasses

import jax.numpy as jnp

from stc_jax.errors import InputError, require, require_choice
from stc_jax.models import notation
from stc_jax.models.trunk import ACTIVATION_PLACES, ACTIVATIONS

DTYPES = {'float32': jnp.float32, 'bfloat16': jnp.bfloat16}
READOUTS = ('last', 'mean', 'last_padded')
BLOCKS = 3  # of DenseNet
# Far above any network that can be trained; up to these, shapes take only seconds.
_MOST_WIDTH = 2**16
_MOST_LAYERS = 64
_MOST_REGIONS = 64  # of a level, down and along
_MOST_GROWTH = 1024
_MOST_DEPTH = 400
_MOST_BIAS = 100.0


class ModelConfig:
  """The base class of every model's section, a dataclass with a field `dtype`.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  @property
  def least_side(self) -> int:
    """The height or width of the smallest picture that the model reads, in pixels."""
    return 1

  def check_input(self, height: int, width: int, frames: int) -> None:
    """Checks the size of the input, as far as the section depends on it.

    Raises:
      InputError: the model can't read an input of this size.
    """


@dataclasses.dataclass(frozen=True)
class TrunkConfig(ModelConfig):
  """The fields of every model that starts with the 3D CNN.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  notation: str
  activation: str
  activation_place: str
  norm_momentum: float
  dropout: float
  dtype: str

  def __post_init__(self):
    """Checks what the types can't."""
    notation.parse(self.notation)
    require_choice('activation', self.activation, ACTIVATIONS)
    require_choice('activation_place', self.activation_place, ACTIVATION_PLACES)
    require_choice('dtype', self.dtype, DTYPES)
    for field in ('dropout', 'norm_momentum'):
      value = getattr(self, field)
      require(0 <= value < 1, field, value, 'lie in [0, 1)')

  @property
  def architecture(self) -> notation.Architecture:
    """The parsed notation string."""
    return notation.parse(self.notation)

  @property
  def least_side(self) -> int:
    """Each pooling halves a side."""
    return 2 ** sum(conv.pool for conv in self.architecture.convs)

  def check_input(self, height: int, width: int, frames: int) -> None:
    """See `notation.check_input`."""
    notation.check_input(self.notation, height, width, frames)


@dataclasses.dataclass(frozen=True)
class RecurrentConfig(TrunkConfig):
  """The fields of the models that read pyramids with LSTMs."""

  levels: tuple[int, ...]
  pyramid_norm: bool
  lstm_width: int
  lstm_layers: int
  lstm_readout: str
  gate_bias: float

  def __post_init__(self):
    """Checks what the types can't."""
    super().__post_init__()
    require_choice('lstm_readout', self.lstm_readout, READOUTS)
    for field, most in (('lstm_width', _MOST_WIDTH), ('lstm_layers', _MOST_LAYERS)):
      value = getattr(self, field)
      require(1 <= value <= most, field, value, f'lie in 1 to {most}')
    bounded = bool(self.levels) and 1 <= min(self.levels) <= max(self.levels)
    bounded = bounded and max(self.levels) <= _MOST_REGIONS
    different = len(set(self.levels)) == len(self.levels)
    words = f'be different numbers in 1 to {_MOST_REGIONS}'
    require(bounded and different, 'levels', self.levels, words)
    bias = self.gate_bias
    words = f'lie in {-_MOST_BIAS:g} to {_MOST_BIAS:g}'
    require(abs(bias) <= _MOST_BIAS, 'gate_bias', bias, words)


@dataclasses.dataclass(frozen=True)
class LayerwiseConfig(RecurrentConfig):
  """The fields of the models that read all layers' pyramids, of one width."""

  def __post_init__(self):
    """Checks what the types can't."""
    super().__post_init__()
    widths = sorted({conv.filters for conv in self.architecture.convs})
    if len(widths) > 1:
      raise InputError(
        f'notation: {self.notation!r}: needs as many filters in every conv layer, '
        f'found {widths}'
      )


@dataclasses.dataclass(frozen=True)
class NestedConfig(LayerwiseConfig):
  """The fields of STC-NLSTM."""

  deep_supervision: bool


@dataclasses.dataclass(frozen=True)
class DenseNetConfig(ModelConfig):
  """The fields of DenseNet-BC.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  growth: int
  depth: int
  norm_momentum: float
  dtype: str

  def __post_init__(self):
    """Checks what the types can't."""
    grows = 1 <= self.growth <= _MOST_GROWTH
    require(grows, 'growth', self.growth, f'lie in 1 to {_MOST_GROWTH}')
    fits = 10 <= self.depth <= _MOST_DEPTH and (self.depth - 4) % 6 == 0
    words = f'be 6 n + 4, two convolutions a layer, and at most {_MOST_DEPTH}'
    require(fits, 'depth', self.depth, words)
    require_choice('dtype', self.dtype, DTYPES)
    lies = 0 <= self.norm_momentum < 1
    require(lies, 'norm_momentum', self.norm_momentum, 'lie in [0, 1)')

  @property
  def layers(self) -> int:
    """The number of layers in each of the three blocks."""
    return (self.depth - 4) // (2 * BLOCKS)

  @property
  def least_side(self) -> int:
    """Each transition halves a side."""
    return 2 ** (BLOCKS - 1)
