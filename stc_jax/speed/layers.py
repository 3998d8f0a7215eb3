"""The parts of a training step, each alone: convolutions, pooling, LSTMs and the rest.

Their sizes are those of the launch file's model and batch; their numbers are random.
"""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array

from stc_jax.models import flops, shapes
from stc_jax.models.config import DTYPES, NestedConfig, RecurrentConfig
from stc_jax.models.conv.conv3d import compiler_options, conv3d
from stc_jax.models.lstm import LSTM, batched_lstm
from stc_jax.models.mspp import mspp_norm
from stc_jax.models.registry import group_of
from stc_jax.models.trunk import ConvBlock, Features
from stc_jax.runs.config import Experiment
from stc_jax.speed import report
from stc_jax.speed.clock import measure
from stc_jax.speed.trace import BACKWARD, FORWARD, REST
from stc_jax.training import optimizer


class LonePart(NamedTuple):
  """A part of a step in one direction, measured alone.

  Attributes:
    name: as in `stc_jax.speed.trace`.
    seconds: the median.
    flops: 0: not counted, as they are few.
  """

  name: str
  seconds: float
  flops: int


class _Part(NamedTuple):
  """A function, and its operations forward and backward."""

  name: str
  function: Callable
  arguments: tuple
  flops: tuple[int, int]


def alone(experiment: Experiment, repeats: int) -> Iterator[LonePart]:
  """Measures every part of a step but the input alone, forward and backward.

  Forward, a part also keeps what its gradient needs, as in training. What follows a
  layer's convolution takes the time of the whole layer less that of the convolution.
  `pyramids` is without normalisation.
  """
  convolutions = {}
  for part in _parts(experiment):
    for direction, count, seconds in zip(
      (FORWARD, BACKWARD), part.flops, _seconds(part, repeats), strict=True
    ):
      convolutions[part.name, direction] = seconds
      convolution = convolutions.get((part.name.removesuffix(f': {REST}'), direction))
      rest = max(0.0, seconds - convolution) if part.name.endswith(REST) else seconds
      yield LonePart(f'{part.name}, {direction}', rest, count)
  yield LonePart('optimiser', _optimiser_seconds(experiment, repeats), 0)


def _seconds(part: _Part, repeats: int) -> tuple[float, float]:
  """Of a function, and of its gradient from what the function kept."""
  forward = _compiled(functools.partial(jax.vjp, part.function), *part.arguments)
  outputs, pull = forward(*part.arguments)
  backward = _compiled(lambda pull, cotangent: pull(cotangent), pull, outputs)
  return (
    measure(lambda: jax.block_until_ready(forward(*part.arguments)), repeats).median,
    measure(lambda: jax.block_until_ready(backward(pull, outputs)), repeats).median,
  )


def _compiled(function: Callable, *arguments) -> Callable:
  lowered = jax.jit(function).lower(*arguments)
  return lowered.compile(compiler_options=compiler_options())


def _parts(experiment: Experiment) -> Iterator[_Part]:
  config, clip = experiment.network, report.clip_shape(experiment)
  batch, dtype = experiment.training.batch_size, DTYPES[config.dtype]
  layers, counts = flops.conv_shapes(config, clip), flops.conv_flops(config, clip)
  features = []
  for number, ((_, *size), kernel) in enumerate(layers, start=1):
    maps, count = _random((batch, *size), dtype), batch * counts[number - 1]
    yield _convolution(f'conv{number}', maps, _random(kernel, dtype), count)
    layer = _layer(config, number, maps)
    yield layer
    features.append(jax.eval_shape(layer.function, *layer.arguments))
  if isinstance(config, RecurrentConfig):
    yield from _recurrent(config, features, batch, clip.shape[1])


def _convolution(name: str, maps: Array, kernel: Array, count: int) -> _Part:
  """The first layer's has no gradient with respect to the video."""
  if name == 'conv1':
    return _Part(name, functools.partial(conv3d, maps), (kernel,), (count, count))
  return _Part(name, conv3d, (maps, kernel), (count, 2 * count))


def _layer(config, number: int, maps: Array) -> _Part:
  """A whole layer, named for what follows its convolution."""
  block = ConvBlock(
    config.architecture.convs[number - 1],
    config.activation,
    config.activation_place,
    config.norm_momentum,
    DTYPES[config.dtype],
  )
  variables = jax.jit(functools.partial(block.init, train=False))(
    jax.random.key(0), maps
  )

  def apply(params: dict, maps: Array) -> Features:
    given = variables | {'params': params}
    return block.apply(given, maps, train=True, mutable=['batch_stats'])[0]

  name, params = f'conv{number}: {REST}', variables['params']
  if number == 1:
    return _Part(name, lambda params: apply(params, maps), (params,), (0, 0))
  return _Part(name, apply, (params, maps), (0, 0))


def _recurrent(
  config: RecurrentConfig, features: list[Features], batch: int, frames: int
) -> Iterator[_Part]:
  """The pyramids of all layers, and the LSTMs over frames and over layers."""
  dtype = DTYPES[config.dtype]
  maps = jax.tree.map(lambda leaf: _random(leaf.shape, dtype), features)

  def pyramids(maps: list[Features]) -> list[Array]:
    return [mspp_norm(each.maps, config.levels, each.pooled) for each in maps]

  yield _Part('pyramids', pyramids, (maps,), (0, 0))
  sizes = [leaf.shape for leaf in jax.eval_shape(pyramids, maps)]
  attributes = {
    'width': config.lstm_width,
    'layers': config.lstm_layers,
    'gate_bias': config.gate_bias,
    'dtype': dtype,
  }
  if isinstance(config, NestedConfig):
    temporal = batched_lstm(len(sizes), **attributes)
    yield _lstm('T-LSTMs', temporal, (len(sizes), *sizes[0]), dtype)
    sequence = (batch, len(sizes), config.lstm_width)
    yield _lstm('C-LSTM', LSTM(**attributes), sequence, dtype)
  else:
    yield _lstm('T-LSTMs', LSTM(**attributes), (batch, frames, sizes[-1][-1]), dtype)


def _lstm(name: str, module, size: tuple[int, ...], dtype) -> _Part:
  inputs = _random(size, dtype)
  variables = jax.jit(module.init)(jax.random.key(0), inputs)
  weights = sum(leaf.size for leaf in jax.tree.leaves(variables))
  count = 2 * weights * size[-3] * size[-2]
  return _Part(name, module.apply, (variables, inputs), (count, 2 * count))


def _optimiser_seconds(experiment: Experiment, repeats: int) -> float:
  """An update of all parameters."""
  model, clip = report.counted_model(experiment), report.clip_shape(experiment)
  like = shapes.variables(model, clip)['params']
  params = jax.tree.map(lambda leaf: _random(leaf.shape, leaf.dtype), like)
  groups = functools.partial(group_of, experiment.model)
  rule = optimizer.make(experiment.training, groups)
  state = rule.init(params)

  def update(grads: dict, state: optax.OptState, params: dict):
    changes, state = rule.update(grads, state, params)
    return optax.apply_updates(params, changes), state

  step = _compiled(update, params, state, params)
  return measure(lambda: jax.block_until_ready(step(params, state, params)), repeats)[0]


def _random(shape: tuple[int, ...], dtype) -> Array:
  return jax.random.normal(jax.random.key(0), shape, jnp.float32).astype(dtype)
