"""The results of a run of classification: rows, scores, the summary."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import metrics, statistics
from stc_jax.evaluation.statistics import TrialScore

BASELINES = ('chance_accuracy', 'floor_accuracy', 'temporal_floor_accuracy')
_DIGITS = 7  # decimal places of a probability, as precise as float32


def trial_fields(
  clip_set: ClipSet, trial: Trial, probabilities: Float[np.ndarray, 'm n']
) -> dict:
  """The fields of a trial's result, ready for JSON."""
  rows = [
    {
      'clip': clip_set.clips[i],
      'subject': clip_set.subjects[i],
      'label': clip_set.names[clip_set.targets[i]],
      'predicted': clip_set.names[row.argmax()],
      'probabilities': [round(float(p), _DIGITS) for p in row],
      **({'database': clip_set.databases[i]} if clip_set.databases else {}),
    }
    for i, row in zip(trial.test, probabilities, strict=True)
  ]
  return {
    'train_clips': len(trial.train),
    'test_clips': len(trial.test),
    'accuracy': sum(map(is_right, rows)) / len(rows) if rows else None,
    'uar': scores_of(clip_set.names, rows)['uar'],
    'predictions': rows,
  }


def is_right(row: Mapping[str, Any]) -> bool:
  """Whether a tested clip got its label."""
  return row['label'] == row['predicted']


def rows_of(results: Sequence[dict]) -> list[dict]:
  """Each tested clip of each trial, with the trial's `repeat` and `fold`."""
  return [
    {'repeat': result['repeat'], 'fold': result['fold'], **row}
    for result in results
    for row in result['predictions']
  ]


def trial_scores(results: Sequence[dict]) -> list[TrialScore]:
  """The part of trials' results that statistics need."""
  return [
    TrialScore(
      repeat=result['repeat'],
      tested=result['test_clips'],
      correct=sum(map(is_right, result['predictions'])),
      trained=result['train_clips'],
    )
    for result in results
  ]


def summarise(
  names: Sequence[str], results: Sequence[dict], folds: int, resampled: bool
) -> dict:
  """Accuracies, baselines, and the scores of all test clips pooled.

  If nothing was tested (protocol `all`), every score is None.

  Args:
    names: of the classes.
    results: of all trials.
    folds: the number of trials in a complete repeat.
    resampled: as `ProtocolConfig.resampled`.
  """
  rows = [row for result in results for row in result['predictions']]
  return {
    **statistics.accuracies(trial_scores(results), folds, resampled),
    **{name: _mean([result[name] for result in results]) for name in BASELINES},
    **{f'over_{name}': _over(results, name) for name in ('floor', 'temporal_floor')},
    'classes': list(names),
    **scores_of(names, rows),
    'trial_accuracies': [result['accuracy'] for result in results],
    'trial_uars': [
      scores_of(names, result['predictions'])['uar'] for result in results
    ],
  }


def scores_of(classes: Sequence[str], rows: Sequence[dict]) -> dict:
  """The fields of `metrics.classification`; None if nothing was tested."""
  if not rows:
    fields = 'uar', 'macro_f1', 'absent', 'confusion', 'class_accuracy'
    return dict.fromkeys(fields)
  place = {name: i for i, name in enumerate(classes)}
  labels, predicted = (
    np.array([place[row[field]] for row in rows]) for field in ('label', 'predicted')
  )
  return metrics.classification(labels, predicted, classes)


def interval(results: Sequence[dict]) -> tuple[float, float] | None:
  """The 95 % interval of the accuracy over subjects; see `statistics`."""
  of_subject = defaultdict(list)
  for row in rows_of(results):
    of_subject[row['subject']].append(is_right(row))
  return statistics.over_subjects([of_subject[name] for name in sorted(of_subject)])


def _over(results: Sequence[dict], floor: str) -> dict | None:
  """The model's accuracy minus a floor's, paired by clips, tested over subjects.

  None if fewer than two subjects were tested, or the floor is unknown.
  """
  known = [result[f'{floor}_right'] is not None for result in results]
  tested = [bool(result['predictions']) for result in results]
  if known != tested:
    return None
  of_subject = defaultdict(list)
  for result in results:
    rights = result[f'{floor}_right'] or []
    for row, right in zip(result['predictions'], rights, strict=True):
      of_subject[row['subject']].append(is_right(row) - right)
  if len(of_subject) < 2:
    return None
  means = np.array([np.mean(of_subject[name]) for name in sorted(of_subject)])
  return statistics.paired(means)


def _mean(values: Sequence[float | None]) -> float | None:
  return None if None in values else float(np.mean(values))
