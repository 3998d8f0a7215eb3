import functools

import jax
import jax.numpy as jnp
import numpy as np

from stc_jax.models.lstm import LSTM, batched_lstm

ATTRIBUTES = {'width': 6, 'layers': 2, 'gate_bias': 1.0, 'dtype': jnp.float32}


def numpy_lstm(params, inputs):
  """Hochreiter & Schmidhuber's cell in float64, step by step and layer by layer."""

  def sigmoid(x):
    return 1 / (1 + np.exp(-x))

  sequence = np.asarray(inputs, np.float64)
  for layer in range(2):
    w_input, w_hidden, bias = (
      np.asarray(params[f'{name}_{layer}'], np.float64)
      for name in ('w_input', 'w_hidden', 'bias')
    )
    hidden = cell = np.zeros((sequence.shape[0], w_hidden.shape[0]))
    outputs = []
    for t in range(sequence.shape[1]):
      i, f, g, o = np.split(sequence[:, t] @ w_input + hidden @ w_hidden + bias, 4, 1)
      cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
      hidden = sigmoid(o) * np.tanh(cell)
      outputs.append(hidden)
    sequence = np.stack(outputs, axis=1)
  return sequence


def test_equals_a_numpy_loop():
  inputs = jax.random.normal(jax.random.key(0), (3, 7, 5))
  module = LSTM(**ATTRIBUTES)
  variables = module.init(jax.random.key(1), inputs)
  expected = numpy_lstm(variables['params'], inputs)
  np.testing.assert_allclose(module.apply(variables, inputs), expected, atol=1e-6)


def test_batched_streams_are_separate_lstms():
  inputs = jax.random.normal(jax.random.key(0), (4, 3, 7, 5))
  module = batched_lstm(4, **ATTRIBUTES)
  variables = module.init(jax.random.key(1), inputs)
  together = module.apply(variables, inputs)
  for stream in range(4):
    own = jax.tree.map(lambda leaf: leaf[stream], variables['params'])  # noqa: B023
    np.testing.assert_allclose(
      together[stream], numpy_lstm(own, inputs[stream]), atol=1e-6
    )
  kernels = variables['params']['w_input_0']
  assert not np.allclose(kernels[0], kernels[1])


def test_gradients_equal_differences_of_the_numpy_loop():
  inputs = jax.random.normal(jax.random.key(0), (3, 7, 5))
  module = LSTM(**ATTRIBUTES)
  params = module.init(jax.random.key(1), inputs)['params']
  weights = jax.random.normal(jax.random.key(2), (3, 7, 6))

  def total(params, inputs):
    return (weights * module.apply({'params': params}, inputs)).sum()

  grads = jax.grad(total, (0, 1))(params, inputs)
  random = np.random.default_rng(0)
  for leaf, grad in zip(
    jax.tree.leaves((params, inputs)), jax.tree.leaves(grads), strict=True
  ):
    direction = random.normal(size=leaf.shape)

    def moved(step, leaf=leaf, direction=direction):
      shifted = jax.tree.map(
        lambda other: np.float64(other) + (step * direction if other is leaf else 0),
        (params, inputs),
      )
      return (np.float64(weights) * numpy_lstm(*shifted)).sum()

    slope = (moved(1e-5) - moved(-1e-5)) / 2e-5
    np.testing.assert_allclose((np.float64(grad) * direction).sum(), slope, rtol=1e-4)


def test_gates_are_shown_where_asked_for():
  inputs = jax.random.normal(jax.random.key(0), (3, 7, 5))
  module = LSTM(**ATTRIBUTES)
  params = module.init(jax.random.key(1), inputs)['params']
  _, more = module.apply({'params': params}, inputs, mutable=['intermediates'])
  first, second = more['intermediates']['gates']
  assert first.shape == second.shape == (3, 7, 3, 6)
  w_input, bias = (np.asarray(params[f'{name}_0']) for name in ('w_input', 'bias'))
  i, f, _, o = np.split(np.asarray(inputs)[:, 0] @ w_input + bias, 4, axis=1)
  np.testing.assert_allclose(first[:, 0], 1 / (1 + np.exp([-i, -f, -o])), atol=1e-6)


def test_time_is_one_scan_with_one_product_forward_and_backward():
  inputs = jnp.ones((4, 3, 7, 5))
  module = batched_lstm(4, **ATTRIBUTES)
  variables = module.init(jax.random.key(1), inputs)
  gradient = jax.grad(lambda variables: module.apply(variables, inputs).sum())
  jaxpr = jax.make_jaxpr(gradient)(variables)
  scans = [e for e in jaxpr.jaxpr.eqns if e.primitive.name == 'scan']
  assert len(scans) == 2 * ATTRIBUTES['layers']
  for scan in scans:
    inner = [e.primitive.name for e in scan.params['jaxpr'].jaxpr.eqns]
    assert inner.count('dot_general') == 1


def test_short_sequences_need_no_loop_on_an_accelerator(monkeypatch):
  inputs = jax.random.normal(jax.random.key(0), (3, 7, 5))
  module = LSTM(**ATTRIBUTES)
  variables = module.init(jax.random.key(1), inputs)

  def total(variables, inputs):
    return (module.apply(variables, inputs) ** 2).sum()

  def gradients():
    return jax.jit(jax.grad(total, argnums=(0, 1))).lower(variables, inputs)

  looped = gradients()
  monkeypatch.setattr(jax, 'default_backend', lambda: 'gpu')
  unrolled = gradients()
  assert 'stablehlo.while' in looped.as_text()
  assert 'stablehlo.while' not in unrolled.as_text()
  results = [lowered.compile()(variables, inputs) for lowered in (looped, unrolled)]
  assert_equal = functools.partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-6)
  jax.tree.map(assert_equal, *results)
