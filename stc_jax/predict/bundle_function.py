"""A bundle as a JAX function: uint8 windows in, probabilities out."""

from collections.abc import Callable

import jax.numpy as jnp

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import network_input
from stc_jax.models.registry import build
from stc_jax.tasks.registry import task_of
from stc_jax.training.step import mean_probabilities


def function_of(bundle: Bundle) -> Callable:
  """The JAX function of a bundle; all bundles of a run have the same.

  It takes variables, normalisation, uint8 windows [b, t, h, w, 3] and their lengths
  int32 [b], and returns float32 probabilities [b, n], the mean over the input's views.
  """
  network = build(bundle.model, bundle.network, len(bundle.names))
  task = task_of(bundle.task)

  def probabilities(variables, normalisation, video, lengths):
    views = [
      network_input(view, lengths, normalisation, bundle.input)
      for view in bundle.input.seen(video.astype(jnp.float32))
    ]
    return mean_probabilities(task, network, variables, views)

  return probabilities
