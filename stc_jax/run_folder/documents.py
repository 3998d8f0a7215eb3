"""The JSON files of a run or a study: the fields that are read again, by type."""

from typing import Literal

import pydantic

from stc_jax.models.registry import MODELS
from stc_jax.tasks.registry import TASKS
from stc_jax.typed_json import Fields


class _DatasetSection(Fields):
  name: str
  builder_config: str
  neutral_share: float


class _TaskSection(Fields):
  kind: Literal[tuple(TASKS)]


class _InputSection(Fields):
  height: int
  width: int


class _ProtocolSection(Fields):
  kind: str
  folds: int
  repeats: int
  unit: str
  seed: int


class _TrainingSection(Fields):
  stages: list[tuple[int, float]]
  batch_size: int
  optimizer: str
  augment: str


class ConfigFile(Fields):
  """config.json."""

  dataset: _DatasetSection
  task: _TaskSection
  input: _InputSection
  model: Literal[tuple(MODELS)]
  protocol: _ProtocolSection
  training: _TrainingSection


class DatasetFile(Fields):
  """dataset.json."""

  name: str
  clips: int
  subjects: int
  sha256: str
  classes: dict[str, int] = pydantic.Field(default_factory=dict)
  aus: dict[str, int] = pydantic.Field(default_factory=dict)
  databases: dict[str, int] = pydantic.Field(default_factory=dict)


class _Revision(Fields):
  commit: str
  changed: bool


class _PackageVersions(Fields):
  jax: str


class EnvironmentFile(Fields):
  """environment.json."""

  revision: _Revision | None
  packages: _PackageVersions
  python: str
  backend: str
  cores: int
  devices: list[str]


class ExecutionFile(Fields):
  """execution.json."""

  data_dir: str
  devices_per_trial: int


class TimingsFile(Fields):
  """timings.json."""

  train_sequences_per_second: float | None
  trained_clips: int
  training_seconds: float
  compile_seconds: float
  wall_seconds: float


class TrialFile(Fields):
  """trials/*.json, whatever the task."""

  repeat: int
  fold: int
  train_losses: list[float]
  train_accuracies: list[float]


class StartLine(Fields):
  """A line of starts.jsonl."""

  command: str


class ModelTestFile(Fields):
  """test.json."""

  task: Literal[tuple(TASKS)]
  trained_on: str
  architecture: Literal[tuple(MODELS)]
  bundles: dict[str, str]
  tested_on: str


class StudyFile(Fields):
  """study.json."""

  runs: dict[str, str]
