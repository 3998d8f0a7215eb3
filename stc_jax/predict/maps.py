"""What a model sees in a clip, and where and when its decision came from."""

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


class Maps(NamedTuple):
  """Of one clip at the model's size.

  Attributes:
    layers: of each conv layer, the mean of its maps, none below 0; none of DenseNet.
    decision: what each pixel of each frame added to the answer, without its sign.
    label, probability: the answer, of the clip as it is (not mirrored).
  """

  layers: list[Float[np.ndarray, 't _ _']]
  decision: Float[np.ndarray, 't h w']
  label: str
  probability: float


def maps(model: Bundle, frames: UInt8[np.ndarray, 't h w 3'], real: int) -> Maps:
  """Looks into a model of clips.

  The decision's map is of integrated gradients (Sundararajan et al. 2017) of the
  answer's log probability with respect to what the network reads, from nothing (no
  contrast, no change) to the clip. All its numbers with their signs would add up to the
  difference between the two log probabilities.

  Args:
    model: a bundle of classification.
    frames: as many as the model reads, at its size.
    real: how many of them are the clip's own.
  """
  lengths = jnp.full(1, real)
  video = jnp.asarray(frames, jnp.float32)[None]
  variables = jax.device_put(model.variables)
  clips = network_input(video, lengths, model.normalisation, model.input)
  network = build(model.model, model.network, len(model.names))
  task = task_of(model.task)

  def probabilities(video: Array, variables: dict) -> Float[Array, 'n']:
    views = [NetworkInput(video, lengths)]
    return mean_probabilities(task, network, variables, views)[0]

  said = np.asarray(jax.jit(probabilities)(clips.video, variables))
  answer = int(said.argmax())
  parts = integrated(
    lambda *given: jnp.log(probabilities(*given)[answer]), clips.video, variables
  )
  decision = np.abs(np.asarray(parts)).sum(axis=-1)[0]
  name, probability = model.names[answer], float(said[answer])
  return Maps(_layers(model, variables, clips.video), decision, name, probability)


def integrated(
  function: Callable[..., Float[Array, '']], video: Float[Array, '1 t h w c'], *more
) -> Float[Array, '1 t h w c']:
  """Integrated gradients of `function(video, *more)`, from zero to `video`.

  By the midpoint rule.
  """
  gradient = jax.grad(function)

  @jax.jit
  def mean(video: Array, *more) -> Array:
    at = (jnp.arange(_STEPS) + 0.5) / _STEPS
    return jax.lax.map(lambda share: gradient(share * video, *more), at).mean(axis=0)

  return video * mean(video, *more)


def _layers(
  model: Bundle, variables: dict, video: Float[Array, '1 t h w c']
) -> list[Float[np.ndarray, 't _ _']]:
  if not MODELS[model.model].has_trunk:
    return []
  own = {name: tree.get('trunk', {}) for name, tree in variables.items()}
  layers = stc.trunk_of(model.network).apply(own, video, train=False)
  means = [layer.maps.astype(jnp.float32).mean(axis=-1)[0] for layer in layers]
  return [np.maximum(np.asarray(mean), 0) for mean in means]
