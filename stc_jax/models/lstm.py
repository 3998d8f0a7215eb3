"""LSTM layers scanned over time, with their input projection outside the scan."""

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

GATES = 4  # in PyTorch's order: input, forget, cell, output


@jax.custom_vjp
def lstm_scan(
  projected: Float[Array, 'b t gates'], w_hidden: Float[Array, 'h gates']
) -> Float[Array, 'b t h']:
  """Runs one LSTM layer over `projected` inputs (Hochreiter & Schmidhuber 1997).

  `projected` is inputs @ w_input + bias for all time steps at once; only the product
  with the hidden state depends on the step before. Starts from zeros; gates = 4 * h.

  Backward, too, only what depends on the next step is scanned. The gradient of
  `w_hidden` is one product over all steps, where plain differentiation adds up a small
  one a step, in the precision of the computation.
  """
  return _run(projected, w_hidden)[0]


def _run(projected, w_hidden):
  """The hidden states, and what the gradient needs, with time in front."""

  def step(carry, gates_in):
    hidden, cell = carry
    i, f, g, o = jnp.split(gates_in + hidden @ w_hidden, GATES, axis=-1)
    gates = nn.sigmoid(i), nn.sigmoid(f), nn.tanh(g), nn.sigmoid(o)
    after = gates[1] * cell + gates[0] * gates[2]
    hidden = gates[3] * nn.tanh(after)
    return (hidden, after), (hidden, cell, after, gates)

  zeros = jnp.zeros((projected.shape[0], w_hidden.shape[0]), projected.dtype)
  _, kept = jax.lax.scan(step, (zeros, zeros), projected.swapaxes(0, 1))
  return kept[0].swapaxes(0, 1), kept


def _forward(projected, w_hidden):
  output, kept = _run(projected, w_hidden)
  return output, (kept, w_hidden)


def _backward(residuals, cotangent):
  (hidden, *cells_and_gates), w_hidden = residuals

  def step(carry, at_step):
    hidden_grad, cell_grad = carry
    cotangent, before, after, (i, f, g, o) = at_step
    hidden_grad = hidden_grad + cotangent
    bent = nn.tanh(after)
    cell_grad = cell_grad + hidden_grad * o * (1 - bent**2)
    of_gates = (
      cell_grad * g * i * (1 - i),
      cell_grad * before * f * (1 - f),
      cell_grad * i * (1 - g**2),
      hidden_grad * bent * o * (1 - o),
    )
    gates_grad = jnp.concatenate(of_gates, axis=-1)
    return (gates_grad @ w_hidden.T, cell_grad * f), gates_grad

  zeros = jnp.zeros_like(hidden[0])
  steps = (cotangent.swapaxes(0, 1), *cells_and_gates)
  _, gates_grad = jax.lax.scan(step, (zeros, zeros), steps, reverse=True)
  before = jnp.concatenate([zeros[None], hidden[:-1]])
  w_hidden_grad = jnp.einsum('tbh,tbg->hg', before, gates_grad)
  return gates_grad.swapaxes(0, 1), w_hidden_grad


lstm_scan.defvjp(_forward, _backward)


class LSTM(nn.Module):
  """A stack of LSTM layers (the paper's T-LSTM and C-LSTM have two).

  Attributes:
    width: hidden units of every layer.
    layers: how many, each reading the hidden sequence of the one below.
    gate_bias: first bias of the input, forget and output gates. At 0 a gate lets half
      through, and after the four LSTM layers of STC-NLSTM little is left to learn from;
      for the forget gate alone, 1 is usual (Gers et al. 2000).
    dtype: of the computation; parameters are float32.
  """

  width: int
  layers: int
  gate_bias: float
  dtype: DTypeLike

  @nn.compact
  def __call__(self, inputs: Float[Array, 'b t d']) -> Float[Array, 'b t h']:
    """Returns the last layer's hidden state at every step.

    Where intermediates are asked for, the input, forget and output gates of every layer
    are sown as `gates`, float [3, t, b, h].
    """
    sequence = inputs.astype(self.dtype)
    for layer in range(self.layers):
      w_input, w_hidden, bias = self._params(layer, sequence.shape[-1])
      projected = sequence @ w_input + bias
      sequence = lstm_scan(projected, w_hidden)
      if self.is_mutable_collection('intermediates'):
        i, f, _, o = _run(projected, w_hidden)[1][-1]
        self.sow('intermediates', 'gates', jnp.stack([i, f, o]))
    return sequence

  def _params(self, layer: int, d: int) -> list[Array]:
    h, gates = self.width, GATES * self.width
    params = (
      self.param(f'w_input_{layer}', _glorot_by_gate, (d, gates)),
      self.param(f'w_hidden_{layer}', _glorot_by_gate, (h, gates)),
      self.param(f'bias_{layer}', self._first_bias, (gates,)),
    )
    return [param.astype(self.dtype) for param in params]

  def _first_bias(self, _, shape: tuple[int]) -> Float[Array, 'gates']:
    of_gate = jnp.array([self.gate_bias, self.gate_bias, 0, self.gate_bias])
    return jnp.repeat(of_gate, shape[0] // GATES)


def _glorot_by_gate(key: Array, shape: tuple[int, int]) -> Float[Array, 'd gates']:
  """Glorot & Bengio's rule (2010) for each gate's matrix; their width is h, not 4 h."""
  glorot = nn.initializers.glorot_uniform()
  keys, width = jax.random.split(key, GATES), shape[1] // GATES
  return jnp.concatenate([glorot(k, (shape[0], width)) for k in keys], axis=1)


def batched_lstm(streams: int, **attributes) -> nn.Module:
  """`streams` stacks of LSTMs that share no weights, run as one scan.

  Maps float [streams, b, t, d] to [streams, b, t, h]: all streams' products of one time
  step are one batched matrix product.
  """
  batched = nn.vmap(
    LSTM,
    in_axes=0,
    axis_size=streams,
    variable_axes={'params': 0, 'intermediates': 0},
    split_rngs={'params': True},
  )
  return batched(**attributes)
