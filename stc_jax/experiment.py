"""A launch file's sections as checked dataclasses."""

import dataclasses
import difflib
import typing

from ml_collections import ConfigDict

from stc_jax.data.folds import ProtocolConfig
from stc_jax.errors import InputError
from stc_jax.models.stc import ModelConfig
from stc_jax.training.optimizer import TrainingConfig

STRONGEST = ('last', 'most_changed')


@dataclasses.dataclass(frozen=True)
class DatasetConfig:
  """Section `dataset` of a launch file; launch/default.py explains its fields."""

  name: str
  builder_config: str
  data_dir: str
  frame_rate: float
  strongest_frame: str

  def __post_init__(self):
    """Checks what the types can't."""
    if not self.name:
      raise InputError(
        'dataset.name: empty; take a launch file of a dataset, such as '
        '--config=launch/synthetic.py'
      )
    if self.frame_rate < 0:
      raise InputError('dataset.frame_rate: must not be negative; 0 keeps every frame')
    if self.strongest_frame not in STRONGEST:
      raise InputError(
        f'dataset.strongest_frame: {self.strongest_frame!r} is not one of '
        f'{", ".join(STRONGEST)}'
      )


@dataclasses.dataclass(frozen=True)
class Experiment:
  """All that decides a run's numbers."""

  dataset: DatasetConfig
  model: ModelConfig
  protocol: ProtocolConfig
  training: TrainingConfig


def from_config(config: ConfigDict) -> Experiment:
  """Splats each section into its dataclass.

  Raises:
    InputError: a section or field that is missing, misspelt, or out of its range.
  """
  known = {field.name: field.type for field in dataclasses.fields(Experiment)}
  _check_names('config', list(config), list(known))
  return Experiment(
    **{name: _section(name, config[name], known[name]) for name in known}
  )


def _section(name: str, values: ConfigDict, kind: type):
  if not isinstance(values, ConfigDict):
    raise InputError(f'config.{name}: not a section; start from default.get_config()')
  fields = {field.name: field.type for field in dataclasses.fields(kind)}
  _check_names(name, list(values), list(fields))
  for field, wanted in fields.items():
    if not _fits(values[field], wanted):
      kind_name = wanted if typing.get_args(wanted) else wanted.__name__
      raise InputError(f'{name}.{field}: {values[field]!r} is not of type {kind_name}')
  return kind(**values)


def _fits(value, wanted: type) -> bool:
  """Whether a field's value is of its type: 'no' isn't a bool, 0.5 isn't a count."""
  parts = typing.get_args(wanted)
  if parts:
    if not isinstance(value, tuple):
      return False
    parts = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
    return len(value) == len(parts) and all(map(_fits, value, parts))
  if isinstance(value, bool):
    return wanted is bool
  return isinstance(value, (int, float) if wanted is float else wanted)


def _check_names(where: str, found: list[str], known: list[str]) -> None:
  for name in found:
    if name not in known:
      close = difflib.get_close_matches(name, known, n=1)
      hint = f'did you mean {close[0]!r}?' if close else f'known: {", ".join(known)}'
      raise InputError(f'{where}.{name}: no such field; {hint}')
  for name in known:
    if name not in found:
      raise InputError(f'{where}.{name}: missing; start from default.get_config()')
