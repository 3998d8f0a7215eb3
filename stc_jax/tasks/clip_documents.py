"""The files of a run of classification: fields that are read again, and their check."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import pydantic

from stc_jax.typed_json import Fields, require_consistent

_Share = float | None


class _DatabaseScores(Fields):
  accuracy: float
  uar: float
  floor_accuracy: float
  temporal_floor_accuracy: float
  chance_accuracy: float
  floor_uar: float | None = None  # summaries of older versions don't have it
  temporal_floor_uar: float | None = None
  chance_uar: float | None = None


class ClipSummaryFile(Fields):
  """summary.json."""

  trials: int
  classes: list[str]
  confusion: list[list[int]] | None
  class_accuracy: dict[str, _Share] | None
  accuracy_mean: _Share
  accuracy_std: _Share
  accuracy_ci95: tuple[float, float] | None
  trial_accuracy_mean: _Share
  trial_accuracy_std: _Share
  floor_accuracy: _Share
  temporal_floor_accuracy: _Share
  chance_accuracy: _Share
  databases: dict[str, _DatabaseScores] = pydantic.Field(default_factory=dict)


class _PredictionRow(Fields):
  clip: str
  subject: str
  label: str
  predicted: str
  probabilities: list[float]


class ClipTrialFile(Fields):
  """trials/*.json."""

  repeat: int
  fold: int
  train_losses: Annotated[list[float], pydantic.Field(min_length=1)]
  train_clips: int
  test_clips: int
  predictions: list[_PredictionRow]


def check(dataset: dict, summary: dict, trials: Mapping[str, dict]) -> None:
  """Checks that the files of a run go together; trials are by the name of their file.

  Raises:
    InputError: they don't; names the file.
  """
  classes, tested = list(dataset.get('classes', ())), False
  require_consistent(
    summary['classes'] == classes, "summary.json: classes: not the dataset's"
  )
  for name, trial in trials.items():
    _check_trial(name, trial, classes)
    tested = tested or bool(trial['predictions'])
  confusion, shares = summary['confusion'], summary['class_accuracy']
  present = [value is not None for value in (confusion, shares)]
  present.append(summary['trial_accuracy_mean'] is not None)
  require_consistent(present == [tested] * 3, 'summary.json: not of these trials')
  if tested:
    sizes = {len(confusion), *map(len, confusion)}
    require_consistent(
      sizes == {len(classes)}, 'summary.json: confusion: not a row a class'
    )
    same = shares.keys() == set(classes)
    require_consistent(
      same, "summary.json: class_accuracy: not of the dataset's classes"
    )


def _check_trial(name: str, trial: dict, classes: Sequence[str]) -> None:
  rows = trial['predictions']
  require_consistent(
    trial['test_clips'] == len(rows), f'{name}: test_clips: not {len(rows)}'
  )
  for row in rows:
    known = {row['label'], row['predicted']} <= set(classes)
    require_consistent(
      known, f'{name}: predictions: {row["clip"]} has a label of no class'
    )
    complete = len(row['probabilities']) == len(classes)
    require_consistent(complete, f'{name}: probabilities: not {len(classes)} of a clip')
