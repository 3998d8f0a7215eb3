"""LSTM layers over time; the input projection of all steps is one matrix product."""

from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

GATES = 4  # in PyTorch's order: input, forget, cell, output
_UNROLLED = 32  # steps at most; more take long to compile


@jax.custom_vjp
def lstm_scan(
  projected: Float[Array, 'b t gates'], w_hidden: Float[Array, 'h gates']
) -> Float[Array, 'b t h']:
  """Runs one LSTM layer over `projected` inputs (Hochreiter & Schmidhuber 1997).

  `projected` is inputs @ w_input + bias for all time steps at once; only the product
  with the hidden state depends on the step before. Starts from zeros; gates = 4 * h.

  The backward pass, too, scans only what depends on the next step. One product with the
  hidden states gives the gates of all steps, and one the gradient of `w_hidden`. Plain
  differentiation would keep every gate, and add a small product at each step in the
  precision of the computation.
  """
  return _run(projected, w_hidden)[0].swapaxes(0, 1)


def _run(projected: Array, w_hidden: Array) -> tuple[Array, Array]:
  """Hidden states and cells of all steps, with time in front."""

  def step(carry, gates_in):
    hidden, cell = carry
    i, f, g, o = _gates(gates_in + hidden @ w_hidden)
    cell = f * cell + i * g
    hidden = o * nn.tanh(cell)
    return (hidden, cell), (hidden, cell)

  zeros = jnp.zeros((projected.shape[0], w_hidden.shape[0]), projected.dtype)
  return _scan(step, (zeros, zeros), projected.swapaxes(0, 1))


def _scan(step: Callable, carry: Any, xs: Any, reverse: bool = False) -> Any:
  """Scans over the steps; on an accelerator, a short sequence is unrolled.

  On a GPU an iteration of a loop costs as much as its few small products.
  """
  steps = len(jax.tree.leaves(xs)[0])
  unroll = jax.default_backend() != 'cpu' and steps <= _UNROLLED
  return jax.lax.scan(step, carry, xs, reverse=reverse, unroll=unroll or 1)[1]


def _gates(before: Float[Array, '*n gates']) -> list[Float[Array, '*n h']]:
  """Input, forget, cell and output gates from their pre-activations."""
  i, f, g, o = jnp.split(before, GATES, axis=-1)
  return [nn.sigmoid(i), nn.sigmoid(f), nn.tanh(g), nn.sigmoid(o)]


def all_gates(
  projected: Float[Array, 'b t gates'],
  w_hidden: Float[Array, 'h gates'],
  hidden: Float[Array, 't b h'],
) -> list[Float[Array, 't b h']]:
  """The four gates of every step, from the hidden states of all steps."""
  return _gates(projected.swapaxes(0, 1) + _before(hidden) @ w_hidden)


def _before(states: Float[Array, 't b h']) -> Float[Array, 't b h']:
  """The state before every step."""
  return jnp.concatenate([jnp.zeros_like(states[:1]), states[:-1]])


def _forward(projected, w_hidden):
  hidden, cell = _run(projected, w_hidden)
  return hidden.swapaxes(0, 1), (projected, w_hidden, hidden, cell)


def _backward(residuals, cotangent):
  projected, w_hidden, hidden, cell = residuals
  i, f, g, o = all_gates(projected, w_hidden, hidden)
  bent = nn.tanh(cell)
  # The factors of the gradients of cell and hidden state, for all steps.
  of_cell = o * (1 - bent**2)
  of_gates = jnp.concatenate(
    [
      g * i * (1 - i),
      _before(cell) * f * (1 - f),
      i * (1 - g**2),
      bent * o * (1 - o),
    ],
    axis=-1,
  )

  def step(carry, at_step):
    hidden_grad, cell_grad = carry
    cotangent, forget, of_cell, of_gates = at_step
    hidden_grad = hidden_grad + cotangent
    cell_grad = cell_grad + hidden_grad * of_cell
    both = jnp.concatenate([cell_grad] * 3 + [hidden_grad], axis=-1)
    gates_grad = both * of_gates
    return (gates_grad @ w_hidden.T, cell_grad * forget), gates_grad

  zeros = jnp.zeros_like(hidden[0])
  steps = (cotangent.swapaxes(0, 1), f, of_cell, of_gates)
  # As one array, or the bias's sum over steps would be one sum a step.
  gates_grad = jax.lax.optimization_barrier(
    _scan(step, (zeros, zeros), steps, reverse=True)
  )
  w_hidden_grad = jnp.einsum('tbh,tbg->hg', _before(hidden), gates_grad)
  return gates_grad.swapaxes(0, 1), w_hidden_grad


lstm_scan.defvjp(_forward, _backward)


class LSTM(nn.Module):
  """A stack of LSTM layers (the paper's T-LSTM and C-LSTM have two).

  Attributes:
    width: hidden units of every layer.
    layers: how many, each reading the hidden sequence of the one below.
    gate_bias: initial bias of the input, forget and output gates. At 0 a gate passes
      half, and after the four LSTM layers of STC-NLSTM the signal is weak; for the
      forget gate alone, 1 is usual (Gers et al. 2000).
    dtype: of the computation; parameters are float32.
  """

  width: int
  layers: int
  gate_bias: float
  dtype: DTypeLike

  @nn.compact
  def __call__(self, inputs: Float[Array, 'b t d']) -> Float[Array, 'b t h']:
    """Returns the last layer's hidden state at every step.

    If the collection `intermediates` is mutable, the input, forget and output gates of
    every layer are sown as `gates`, float [3, t, b, h].
    """
    sequence = inputs.astype(self.dtype)
    for layer in range(self.layers):
      w_input, w_hidden, bias = self._params(layer, sequence.shape[-1])
      projected = sequence @ w_input + bias
      sequence = lstm_scan(projected, w_hidden)
      if self.is_mutable_collection('intermediates'):
        hidden = sequence.swapaxes(0, 1)
        i, f, _, o = all_gates(projected, w_hidden, hidden)
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
  """Glorot and Bengio's rule (2010) for each gate's matrix, of width h, not 4 h."""
  glorot = nn.initializers.glorot_uniform()
  keys, width = jax.random.split(key, GATES), shape[1] // GATES
  return jnp.concatenate([glorot(k, (shape[0], width)) for k in keys], axis=1)


def batched_lstm(streams: int, **attributes) -> nn.Module:
  """`streams` stacks of LSTMs with weights of their own, run as one scan.

  Maps float [streams, b, t, d] to [streams, b, t, h]. The products of all streams at a
  time step are one batched matrix product.
  """
  batched = nn.vmap(
    LSTM,
    in_axes=0,
    axis_size=streams,
    variable_axes={'params': 0, 'intermediates': 0},
    split_rngs={'params': True},
  )
  return batched(**attributes)
