"""What the report reads of a run's and a study's files: their fields, by type.

Only what the report shows is named; other fields are as they are. Python checks none of
this by itself, pydantic does, and says where in a file something is wrong.
"""

import json
import pathlib
from typing import Annotated, Literal

import pydantic

from stc_jax.errors import InputError, machine_error
from stc_jax.models.registry import MODELS

_Share = float | None
_Ends = tuple[float, float] | None
_Losses = Annotated[list[float], pydantic.Field(min_length=1)]


class _Fields(pydantic.BaseModel):
  model_config = pydantic.ConfigDict(
    strict=True, allow_inf_nan=False, protected_namespaces=()
  )


class _Dataset(_Fields):
  name: str
  builder_config: str
  neutral_share: float


class _Task(_Fields):
  kind: Literal['classification', 'detection']


class _Input(_Fields):
  height: int
  width: int


class _Protocol(_Fields):
  kind: str
  folds: int
  repeats: int
  unit: str
  seed: int


class _Training(_Fields):
  stages: list[tuple[int, float]]
  batch_size: int
  optimizer: str
  augment: str


class Config(_Fields):
  """config.json."""

  dataset: _Dataset
  task: _Task
  input: _Input
  model: Literal[tuple(MODELS)]
  protocol: _Protocol
  training: _Training


class DatasetFile(_Fields):
  """dataset.json."""

  name: str
  clips: int
  subjects: int
  sha256: str
  classes: dict[str, int] = {}
  aus: dict[str, int] = {}


class _Revision(_Fields):
  commit: str
  changed: bool


class _Packages(_Fields):
  jax: str


class Environment(_Fields):
  """environment.json."""

  revision: _Revision | None
  packages: _Packages
  python: str
  backend: str
  cores: int
  devices: list[str]


class Execution(_Fields):
  """execution.json."""

  data_dir: str


class Timings(_Fields):
  """timings.json."""

  train_sequences_per_second: float | None
  training_seconds: float
  compile_seconds: float


class _Scores(_Fields):
  prevalence: _Share = None
  constant_f1: _Share
  f1: _Share
  tuned_f1: _Share
  auc: _Share
  average_precision: _Share
  floor_f1: _Share
  floor_tuned_f1: _Share
  floor_auc: _Share


class _Difference(_Fields):
  difference: float
  ci95: _Ends


class _Over(_Fields):
  tuned_f1: _Difference | None = None


class DetectionSummary(_Fields):
  """summary.json of action units; what was tested, if anything was."""

  trials: int
  trial_f1_mean: _Share
  aus: dict[str, _Scores] | None
  means: _Scores | None
  over_floor: _Over | None
  over_constant: _Over | None = None  # runs of before it was measured lack it


class ClassificationSummary(_Fields):
  """summary.json of clips."""

  trials: int
  classes: list[str]
  confusion: list[list[int]] | None
  class_accuracy: dict[str, _Share] | None
  accuracy_mean: _Share
  accuracy_std: _Share
  accuracy_ci95: _Ends
  trial_accuracy_mean: _Share
  trial_accuracy_std: _Share
  floor_accuracy: _Share
  temporal_floor_accuracy: _Share
  chance_accuracy: _Share


class _Row(_Fields):
  clip: str
  subject: str
  label: str
  predicted: str
  probabilities: list[float]


class ClassificationTrial(_Fields):
  """trials/*.json of clips."""

  repeat: int
  fold: int
  train_losses: _Losses
  train_clips: int
  test_clips: int
  predictions: list[_Row]


class DetectionTrial(_Fields):
  """trials/*.json of action units."""

  repeat: int
  fold: int
  train_losses: _Losses
  thresholds: list[float]


class Study(_Fields):
  """study.json: each run's folder, below the study's, by its name."""

  runs: dict[str, str]


class Start(_Fields):
  """A line of starts.jsonl."""

  command: str


class Written(_Fields):
  """files.json of a report: what it wrote, by its path below the report's folder."""

  files: list[str]


def read(
  path: pathlib.Path, fields: type[_Fields], remedy: str = 'make the run again'
) -> dict:
  """Reads a file of JSON that holds these fields, and maybe others.

  Raises:
    InputError: it isn't there, isn't whole, or a field is missing or of another type;
      names the file and the field.
  """
  try:
    return whole(path.read_bytes(), fields)
  except (OSError, RecursionError, ValueError) as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: cannot be read ({_said(error)}); {remedy}') from error


def whole(data: bytes, fields: type[_Fields]) -> dict:
  """JSON that holds these fields, and maybe others.

  Raises:
    ValueError: it doesn't, or is no JSON.
  """
  fields.model_validate_json(data)
  return json.loads(data)


def _said(error: Exception) -> str:
  """A line on the first of what is wrong."""
  if not isinstance(error, pydantic.ValidationError):
    return ' '.join(str(error).split())
  first = error.errors(include_url=False, include_input=False)[0]
  place = '.'.join(map(str, first['loc']))
  return f'{place}: {first["msg"]}' if place else first['msg']
