"""STC-NLSTM and its three ablations (Yu et al. 2018, sec. 3 and 4.3).

f_j = Trunk(video)         j = 1..l    maps of every conv layer
p_j = mspp_norm(f_j)                   to one length a frame
h_j = T-LSTM_j(p_j)                    one vector a layer: its temporal dynamics
o   = C-LSTM(h_1..h_l)                 reads the layers as a sequence, fine to coarse
logits = Dense(o)

FC layers of the notation stand before the last one in all four. With deep supervision
STC-NLSTM has a softmax layer on each h_j, too (Lee et al. 2015).
"""

from collections.abc import Sequence

import flax.linen as nn
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float, Int

from stc_jax.models.config import DTYPES, NestedConfig, RecurrentConfig, TrunkConfig
from stc_jax.models.dropout import dropout
from stc_jax.models.lstm import LSTM, batched_lstm
from stc_jax.models.mspp import mspp_norm
from stc_jax.models.trunk import ACTIVATIONS, Features, Trunk

# The collection of auxiliary logits.
AUXILIARY = 'auxiliary'


def trunk_of(config: TrunkConfig, data_axis: str | None = None) -> Trunk:
  """The conv layers of a model."""
  return Trunk(
    config.architecture.convs,
    config.activation,
    config.activation_place,
    config.norm_momentum,
    DTYPES[config.dtype],
    data_axis,
    name='trunk',
  )


class _Network(nn.Module):
  """The trunk and the classifier of all four models.

  Called with float video [b, t, h, w, c], how many frames of each clip are its own (int
  [b]; None: all) and whether it trains, a model returns float32 logits [b, outputs].

  Attributes:
    config: the model's section.
    outputs: how many logits.
    data_axis: the mesh axis that a training batch is spread over, if there is one.
  """

  config: TrunkConfig
  outputs: int
  data_axis: str | None = None

  @property
  def dtype(self) -> DTypeLike:
    return DTYPES[self.config.dtype]

  def features(self, video: Float[Array, 'b t h w c'], train: bool) -> list[Features]:
    return trunk_of(self.config, self.data_axis)(video, train)

  def classify(self, vector: Float[Array, 'b d'], train: bool) -> Float[Array, 'b n']:
    glorot = nn.initializers.glorot_uniform()
    activate = ACTIVATIONS[self.config.activation]
    for number, width in enumerate(self.config.architecture.hidden, start=1):
      hidden = nn.Dense(
        width, kernel_init=glorot, dtype=self.dtype, name=f'hidden{number}'
      )
      vector = activate(hidden(vector))
    if train and self.config.dropout:
      key = self.make_rng('dropout')
      vector = dropout(vector, self.config.dropout, key, self.data_axis)
    dense = nn.Dense(self.outputs, kernel_init=glorot, name='fc')
    return dense(vector.astype(jnp.float32))


class _RecurrentNetwork(_Network):
  """The pyramids and the LSTMs of three models."""

  config: RecurrentConfig

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
      axis_name=self.data_axis,
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

  def read(
    self,
    sequence: Float[Array, '*streams b t h'],
    lengths: Int[Array, 'b'] | None = None,
  ) -> Float[Array, '*streams b h']:
    """Reads one vector from an LSTM's hidden states, according to `lstm_readout`.

    It reads the first `lengths` steps (None: all); the paper's 'last_padded' reads all.
    """
    if lengths is None or self.config.lstm_readout == 'last_padded':
      lengths = jnp.full(sequence.shape[-3], sequence.shape[-2])
    if self.config.lstm_readout == 'mean':
      own = jnp.arange(sequence.shape[-2]) < lengths[:, None]
      return (sequence * own[..., None]).sum(axis=-2) / lengths[:, None]
    return sequence[..., jnp.arange(lengths.shape[0]), lengths - 1, :]


class STC(_Network):
  """No LSTM: the last conv layer's output to the classifier."""

  @nn.compact
  def __call__(self, video, lengths=None, *, train):
    """See `_Network`; repeated frames are read as they come."""
    del lengths
    last = self.features(video, train)[-1].output
    return self.classify(last.reshape(last.shape[0], -1), train)


class STCLSTM(_RecurrentNetwork):
  """The last conv layer's pyramid to one LSTM."""

  @nn.compact
  def __call__(self, video, lengths=None, *, train):
    """See `_Network`."""
    pyramid = self.pyramids(self.features(video, train)[-1:], train)[0]
    sequence = LSTM(**self.lstm_attributes(), name='t_lstm')(pyramid)
    return self.classify(self.read(sequence, lengths), train)


class STCSLSTM(_RecurrentNetwork):
  """All conv layers' pyramids, summed position by position, to one LSTM."""

  @nn.compact
  def __call__(self, video, lengths=None, *, train):
    """See `_Network`."""
    pyramid = self.pyramids(self.features(video, train), train).sum(axis=0)
    sequence = LSTM(**self.lstm_attributes(), name='t_lstm')(pyramid)
    return self.classify(self.read(sequence, lengths), train)


class STCNLSTM(_RecurrentNetwork):
  """One T-LSTM a conv layer, and a C-LSTM over the layers.

  With deep supervision, the logits of each T-LSTM are sown as `AUXILIARY`, float32 [l,
  b, outputs].
  """

  config: NestedConfig

  @nn.compact
  def __call__(self, video, lengths=None, *, train):
    """See `_Network`."""
    pyramids = self.pyramids(self.features(video, train), train)
    attributes = self.lstm_attributes()
    temporal = batched_lstm(len(pyramids), **attributes, name='t_lstm')(pyramids)
    layers = self.read(temporal, lengths)
    if self.config.deep_supervision:
      self._supervise(layers)
    sequence = LSTM(**attributes, name='c_lstm')(layers.swapaxes(0, 1))
    return self.classify(self.read(sequence), train)

  def _supervise(self, layers: Float[Array, 'l b h']) -> None:
    """A softmax layer of its own for each conv layer."""
    dense = nn.vmap(nn.Dense, variable_axes={'params': 0}, split_rngs={'params': True})
    glorot = nn.initializers.glorot_uniform()
    own = dense(self.outputs, kernel_init=glorot, name='auxiliary')
    logits = own(layers.astype(jnp.float32))
    self.sow(AUXILIARY, 'logits', logits, reduce_fn=lambda _, new: new)
