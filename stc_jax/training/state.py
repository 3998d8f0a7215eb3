"""The state of a trial between steps."""

import flax
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
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
