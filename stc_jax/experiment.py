"""A launch file's sections as checked dataclasses."""

import dataclasses
import difflib

from ml_collections import ConfigDict

from stc_jax.data.folds import ProtocolConfig
from stc_jax.errors import InputError
from stc_jax.models.stc import ModelConfig
from stc_jax.training.optimizer import TrainingConfig

STRONGEST = ('last', 'most_changed')


@dataclasses.dataclass(frozen=True)
class DatasetConfig:
  """The launch file's section `dataset`; fields are documented in launch/default.py."""

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
  _check_names(name, list(values), [field.name for field in dataclasses.fields(kind)])
  return kind(**values)


def _check_names(where: str, found: list[str], known: list[str]) -> None:
  for name in found:
    if name not in known:
      close = difflib.get_close_matches(name, known, n=1)
      hint = f'did you mean {close[0]!r}?' if close else f'known: {", ".join(known)}'
      raise InputError(f'{where}.{name}: no such field; {hint}')
  for name in known:
    if name not in found:
      raise InputError(f'{where}.{name}: missing; start from default.get_config()')
