"""Stages of (steps, learning rate), and the optimisers that follow them."""

import dataclasses
import functools
import operator
from collections.abc import Callable, Mapping

import jax
import optax

from stc_jax.data.augment import AUGMENTATIONS
from stc_jax.errors import require, require_choice

OPTIMIZERS = ('sgd', 'adamw')
# Of a run that starts from a model: of its own training clips, or of the model's.
NORMALISATIONS = ('anew', 'loaded')

_KINDS = ('frozen', 'trained')


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
  start_from: str = ''
  start_normalisation: str = 'anew'
  rate_factors: tuple[tuple[str, float], ...] = ()

  def __post_init__(self):
    """Checks what the types can't."""
    self._check_start()
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

  def _check_start(self) -> None:
    require_choice('start_normalisation', self.start_normalisation, NORMALISATIONS)
    is_used = bool(self.start_from) or self.start_normalisation == NORMALISATIONS[0]
    words = 'be left out, or training.start_from be set'
    require(is_used, 'start_normalisation', self.start_normalisation, words)
    groups = [group for group, _ in self.rate_factors]
    sound = len(set(groups)) == len(groups)
    sound = sound and all(factor >= 0 for _, factor in self.rate_factors)
    words = "be pairs of a group and a factor from 0, such as (('trunk', 0.1),)"
    require(sound, 'rate_factors', self.rate_factors, words)

  def decisive(self) -> dict:
    """The fields that identify a run; later ones only where they are set."""
    fields = dataclasses.asdict(self)
    later = {f.name: f.default for f in dataclasses.fields(self)}
    return {k: v for k, v in fields.items() if v != later[k]}

  @property
  def steps(self) -> int:
    """The number of steps of all stages together."""
    return sum(steps for steps, _ in self.stages)


def make(
  config: TrainingConfig, group_of: Callable[[str], str] = str
) -> optax.GradientTransformation:
  """The optimiser of a launch file.

  `sgd` adds weight_decay * w to the gradient, the L2 penalty of the paper's time;
  `adamw` decays separately from the gradient (Loshchilov & Hutter 2019). Only matrices
  and kernels decay, not biases or normalisation scales.

  Args:
    config: section `training`.
    group_of: the group of parameters that a part of the network is in. A group with a
      factor of 0 has no part in the gradient's norm, and no gradient is computed.
  """
  rule, factors = _rule(config), dict(config.rate_factors)
  if not factors:
    return rule
  rule = optax.chain(rule, _scaled(factors, group_of))

  def labels(params: optax.Params) -> dict[str, str]:
    return {part: _KINDS[factors.get(group_of(part), 1) > 0] for part in params}

  frozen, trained = _KINDS
  return optax.partition({trained: rule, frozen: optax.set_to_zero()}, labels)


def _scaled(
  factors: Mapping[str, float], group_of: Callable[[str], str]
) -> optax.GradientTransformation:
  """Multiplies the updates of each group, which is to multiply its rate."""

  def scaled(updates: optax.Updates, params: optax.Params | None) -> optax.Updates:
    del params
    by_part = {part: factors.get(group_of(part), 1) for part in updates}
    return {
      part: jax.tree.map(functools.partial(operator.mul, by_part[part]), own)
      for part, own in updates.items()
    }

  return optax.stateless(scaled)


def _rule(config: TrainingConfig) -> optax.GradientTransformation:
  """The optimiser with one rate for all parameters."""
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
