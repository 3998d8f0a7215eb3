"""The state of a trial between steps."""

from collections.abc import Mapping

import flax
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax import traverse_util
from jaxtyping import Array, Float, Int


@flax.struct.dataclass
class TrainState:
  """One trial's state; a stack of trials has a leading axis in every field.

  The curves (each step's metric sums) are part of it, so a resumed run has those of
  earlier steps.
  """

  step: Int[Array, '*trials']
  params: dict
  batch_stats: dict
  opt_state: optax.OptState
  curves: dict[str, Float[Array, '*trials steps']]

  @property
  def variables(self) -> dict:
    """The variables for `model.apply`."""
    return {'params': self.params, 'batch_stats': self.batch_stats}


def with_weights(states: TrainState, weights: Mapping[str, np.ndarray]) -> TrainState:
  """A stack of states with the weights of a finished model in each.

  Args:
    states: host arrays, with a trial axis.
    weights: of one model, by their path; others stay.
  """
  flat = traverse_util.flatten_dict(states.variables, sep='/')
  for name, own in weights.items():
    flat[name] = np.array(np.broadcast_to(own, flat[name].shape))
  # An empty collection has no path.
  found = {'batch_stats': {}} | traverse_util.unflatten_dict(flat, sep='/')
  return states.replace(**found)


def create(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  key: Array,
  video: jax.ShapeDtypeStruct,
  metrics: tuple[str, ...],
  steps: int,
) -> TrainState:
  """The initial state for `steps` steps on videos of this shape."""
  variables = model.init(key, jnp.zeros(video.shape, video.dtype), train=False)
  return TrainState(
    step=jnp.zeros((), jnp.int32),
    params=variables['params'],
    batch_stats=variables.get('batch_stats', {}),
    opt_state=optimizer.init(variables['params']),
    curves={name: jnp.zeros(steps) for name in metrics},
  )
