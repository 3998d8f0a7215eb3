"""The files of a run of detection: fields that are read again, and their check."""

from collections.abc import Mapping
from typing import Annotated

import pydantic

from stc_jax.typed_json import Fields, require_consistent

_Share = float | None


class _UnitScores(Fields):
  prevalence: _Share = None
  constant_f1: _Share
  f1: _Share
  tuned_f1: _Share
  auc: _Share
  average_precision: _Share
  floor_f1: _Share
  floor_tuned_f1: _Share
  floor_auc: _Share


class _F1Difference(Fields):
  difference: float
  ci95: tuple[float, float] | None


class _F1Differences(Fields):
  tuned_f1: _F1Difference | None = None


class FrameSummaryFile(Fields):
  """summary.json; None where nothing was tested."""

  trials: int
  trial_f1_mean: _Share
  aus: dict[str, _UnitScores] | None
  means: _UnitScores | None
  over_floor: _F1Differences | None
  over_constant: _F1Differences | None = None  # older runs lack it


class FrameTrialFile(Fields):
  """trials/*.json."""

  repeat: int
  fold: int
  train_losses: Annotated[list[float], pydantic.Field(min_length=1)]
  thresholds: list[float]


def check(dataset: dict, summary: dict, trials: Mapping[str, dict]) -> None:
  """Checks that the files of a run go together; trials are by the name of their file.

  Raises:
    InputError: they don't; names the file.
  """
  units = list(dataset.get('aus', ()))
  for name, trial in trials.items():
    complete = len(trial['thresholds']) == len(units)
    require_consistent(complete, f'{name}: thresholds: not {len(units)}')
  tested = summary['trial_f1_mean'] is not None
  present = [summary[field] is not None for field in ('aus', 'means', 'over_floor')]
  require_consistent(present == [tested] * 3, 'summary.json: not of these trials')
  if tested:
    require_consistent(
      list(summary['aus']) == units, "summary.json: aus: not the dataset's"
    )
