"""Which pixels and frames of a clip a model's decision follows from."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt8

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import NetworkInput, network_input
from stc_jax.models import stc
from stc_jax.models.registry import MODELS, build
from stc_jax.tasks.registry import task_of
from stc_jax.training.step import mean_probabilities

_STEPS = 32  # along the path of integrated gradients


class Attribution(NamedTuple):
  """Heat maps of one clip, at the size of the model's input.

  Attributes:
    layers: for each conv layer, the mean of its feature maps, at least 0; empty for
      DenseNet.
    decision: the magnitude of each pixel's share in the decision.
    label, probability: the model's decision on the clip, which is not mirrored.
  """

  layers: list[Float[np.ndarray, 't _ _']]
  decision: Float[np.ndarray, 't h w']
  label: str
  probability: float


def attribute(
  bundle: Bundle, frames: UInt8[np.ndarray, 't h w 3'], length: int
) -> Attribution:
  """Computes heat maps of a clip for a model that classifies clips.

  The decision's map is of integrated gradients (Sundararajan et al. 2017) of the log
  probability of the label with respect to the network's input, from zero (no contrast,
  no change) to the clip. With their signs, its numbers add up to the difference between
  the two log probabilities.

  Args:
    bundle: of classification.
    frames: as many as the model reads, at the size of its input.
    length: how many of them are the clip's own; the others repeat the last.
  """
  lengths = jnp.full(1, length)
  video = jnp.asarray(frames, jnp.float32)[None]
  variables = jax.device_put(bundle.variables)
  clips = network_input(video, lengths, bundle.normalisation, bundle.input)
  network = build(bundle.model, bundle.network, len(bundle.names))
  task = task_of(bundle.task)

  def probabilities(video: Array, variables: dict) -> Float[Array, 'n']:
    views = [NetworkInput(video, lengths)]
    return mean_probabilities(task, network, variables, views)[0]

  predicted = np.asarray(jax.jit(probabilities)(clips.video, variables))
  best = int(predicted.argmax())
  gradients = integrated_gradients(
    lambda *args: jnp.log(probabilities(*args)[best]), clips.video, variables
  )
  decision = np.abs(np.asarray(gradients)).sum(axis=-1)[0]
  layers = _layers(bundle, variables, clips.video)
  return Attribution(layers, decision, bundle.names[best], float(predicted[best]))


def integrated_gradients(
  function: Callable[..., Float[Array, '']], video: Float[Array, '1 t h w c'], *more
) -> Float[Array, '1 t h w c']:
  """Integrated gradients of `function(video, *more)` from zero to `video`.

  The integral is computed by the midpoint rule.
  """
  gradient = jax.grad(function)

  @jax.jit
  def mean(video: Array, *more) -> Array:
    at = (jnp.arange(_STEPS) + 0.5) / _STEPS
    return jax.lax.map(lambda share: gradient(share * video, *more), at).mean(axis=0)

  return video * mean(video, *more)


def _layers(
  bundle: Bundle, variables: dict, video: Float[Array, '1 t h w c']
) -> list[Float[np.ndarray, 't _ _']]:
  if not MODELS[bundle.model].has_trunk:
    return []
  own = {name: tree.get('trunk', {}) for name, tree in variables.items()}
  layers = stc.trunk_of(bundle.network).apply(own, video, train=False)
  means = [layer.maps.astype(jnp.float32).mean(axis=-1)[0] for layer in layers]
  return [np.maximum(np.asarray(mean), 0) for mean in means]
