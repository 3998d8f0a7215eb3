"""What a trial carries from step to step."""

import flax
import jax.numpy as jnp
import optax
from flax import linen as nn
from jaxtyping import Array, Float, Int


@flax.struct.dataclass
class TrainState:
  """One trial's state; a stack of trials has a leading axis in every field.

  The curves are part of it, so that a resumed run has those of the steps before.
  """

  step: Int[Array, '*trials']
  params: dict
  batch_stats: dict
  opt_state: optax.OptState
  losses: Float[Array, '*trials steps']
  accuracies: Float[Array, '*trials steps']

  @property
  def variables(self) -> dict:
    """What `model.apply` takes."""
    return {'params': self.params, 'batch_stats': self.batch_stats}


def create(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  key: Array,
  video: Float[Array, 'b t h w c'],
  steps: int,
) -> TrainState:
  """A fresh state for a run of `steps` steps over videos of this shape."""
  variables = model.init(key, video, train=False)
  return TrainState(
    step=jnp.zeros((), jnp.int32),
    params=variables['params'],
    batch_stats=variables.get('batch_stats', {}),
    opt_state=optimizer.init(variables['params']),
    losses=jnp.zeros(steps),
    accuracies=jnp.zeros(steps),
  )
