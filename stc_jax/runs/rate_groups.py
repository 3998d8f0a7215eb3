"""Checks the groups of parameters that `training.rate_factors` names."""

from stc_jax.data.input import InputConfig
from stc_jax.errors import require_choice
from stc_jax.models import shapes
from stc_jax.models.config import ModelConfig
from stc_jax.models.registry import build, group_of
from stc_jax.training.optimizer import TrainingConfig


def check(
  training: TrainingConfig, model: str, network: ModelConfig, size: InputConfig
) -> None:
  """Refuses a group that the model doesn't have.

  Raises:
    InputError: there is such a group; names those that the model has.
  """
  if not training.rate_factors:
    return
  video = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  parts = shapes.parameter_counts(build(model, network, 2), video)
  known = sorted({group_of(model, part) for part in parts})
  for group, _ in training.rate_factors:
    require_choice('training.rate_factors', group, known)
