"""Stages of (steps, learning rate), and the optimisers that follow them."""

import dataclasses

import jax
import optax

from stc_jax.data.augment import AUGMENTATIONS
from stc_jax.errors import require, require_choice

OPTIMIZERS = ('sgd', 'adamw')


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
  """Section `training` of a launch file; launch/default.py explains its fields."""

  stages: tuple[tuple[int, float], ...]
  batch_size: int
  optimizer: str
  momentum: float
  weight_decay: float
  gradient_clip: float
  augment: str

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('optimizer', self.optimizer, OPTIMIZERS)
    require_choice('augment', self.augment, AUGMENTATIONS)
    require(
      bool(self.stages) and all(min(stage) > 0 for stage in self.stages),
      'stages',
      self.stages,
      'be pairs of (steps, learning rate), both above 0, such as '
      '((300, 0.0025), (200, 0.000025))',
    )
    require(self.batch_size >= 1, 'batch_size', self.batch_size, 'be at least 1')
    for field in ('weight_decay', 'gradient_clip'):
      require(getattr(self, field) >= 0, field, getattr(self, field), 'not be negative')
    require(0 <= self.momentum < 1, 'momentum', self.momentum, 'lie in [0, 1)')

  @property
  def steps(self) -> int:
    """The number of steps of all stages together."""
    return sum(steps for steps, _ in self.stages)


def make(config: TrainingConfig) -> optax.GradientTransformation:
  """The optimiser of a launch file.

  `sgd` adds weight_decay * w to the gradient, the L2 penalty of the paper's time;
  `adamw` decays separately from the gradient (Loshchilov & Hutter 2019). Only matrices
  and kernels decay, not biases or normalisation scales.
  """
  rate = _schedule(config)
  decay = config.weight_decay
  if config.optimizer == 'sgd':
    rule = optax.chain(
      optax.add_decayed_weights(decay, mask=_decays),
      optax.sgd(rate, momentum=config.momentum or None),
    )
  else:
    rule = optax.adamw(rate, b1=config.momentum, weight_decay=decay, mask=_decays)
  if config.gradient_clip:
    return optax.chain(optax.clip_by_global_norm(config.gradient_clip), rule)
  return rule


def _schedule(config: TrainingConfig) -> optax.Schedule:
  """The rate at each step: constant within a stage (Yu et al. 2018, sec. 4.2)."""
  lengths, rates = zip(*config.stages, strict=True)
  ends = [sum(lengths[: i + 1]) for i in range(len(lengths) - 1)]
  return optax.join_schedules([optax.constant_schedule(r) for r in rates], ends)


def _decays(params: optax.Params) -> optax.Params:
  """Which parameters decay: `kernel`, `w_input_0`, ..."""
  return jax.tree.map_with_path(lambda path, _: _is_matrix(path), params)


def _is_matrix(path: tuple) -> bool:
  return path[-1].key.startswith(('kernel', 'w_'))
