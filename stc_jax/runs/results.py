"""What a run finds, as the files of its folder show it; what decides a number, too.

config.json environment.json dataset.json folds.csv     at the start
execution.json                                          of the last start
trials/<repeat>-<fold>.json                             as each trial ends
summary.json predictions.csv                            from all of them
timings.json                                            what varies from run to run
"""

import csv
import io
import json
import pathlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import ProtocolConfig, Trial
from stc_jax.errors import InputError
from stc_jax.evaluation import metrics, statistics
from stc_jax.evaluation.statistics import TrialScore
from stc_jax.training.tasks import Classification

FLOORS = ('chance_accuracy', 'floor_accuracy', 'temporal_floor_accuracy')
_TRIAL_FIELDS = {
  'repeat',
  'fold',
  'accuracy',
  'predictions',
  'train_losses',
  'train_accuracies',
  *FLOORS,
  'floor_right',
  'temporal_floor_right',
}


def describe_dataset(clip_set: ClipSet) -> dict:
  """The set's name, size, classes, and the fingerprint of all its records."""
  counts = np.bincount(clip_set.labels, minlength=len(clip_set.classes)).tolist()
  return {
    'name': clip_set.name,
    'clips': len(clip_set),
    'subjects': len(set(clip_set.subjects)),
    'classes': dict(zip(clip_set.classes, counts, strict=True)),
    'sha256': clip_set.fingerprint,
  }


def trial_path(workdir: pathlib.Path, trial: Trial) -> pathlib.Path:
  """Where a trial's result lies."""
  return workdir / 'trials' / f'{trial.name}.json'


def trial_result(
  task: Classification,
  clip_set: ClipSet,
  trial: Trial,
  probabilities: Float[np.ndarray, 'm n'],
) -> dict:
  """What the test of a trial's model says; probabilities in the order of its clips."""
  rows = task.rows(clip_set, trial.test, probabilities)
  return {
    'repeat': trial.repeat,
    'fold': trial.fold,
    'seed': trial.seed,
    'train_clips': len(trial.train),
    'test_clips': len(trial.test),
    'accuracy': task.correct(rows) / len(rows) if rows else None,
    'predictions': rows,
  }


def read_trial(path: pathlib.Path) -> dict:
  """Reads a trial's result.

  Raises:
    InputError: the file isn't there, or isn't whole.
  """
  try:
    result = json.loads(path.read_text(encoding='utf-8'))
    missing = _TRIAL_FIELDS - result.keys()
    if missing:
      raise ValueError(f'no {", ".join(sorted(missing))}')
  except FileNotFoundError as error:
    raise InputError(
      f'{path}: not there, the trial is unfinished; the same command without '
      '--mode=evaluate trains it'
    ) from error
  except (AttributeError, OSError, ValueError) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); remove it and train the trial again'
    ) from error
  return result


def summarise(
  clip_set: ClipSet,
  model: str,
  protocol: ProtocolConfig,
  folds: int,
  results: Sequence[dict],
) -> dict:
  """The run in one table: accuracy, floors, and all test clips pooled.

  `folds` is how many trials a whole repeat has. Where nothing was tested (protocol
  `all`), every accuracy is None.
  """
  rows = [row for result in results for row in result['predictions']]
  scores = [
    TrialScore(
      repeat=result['repeat'],
      tested=result['test_clips'],
      correct=Classification.correct(result['predictions']),
      trained=result['train_clips'],
    )
    for result in results
  ]
  return {
    'dataset': clip_set.name,
    'model': model,
    'trials': len(results),
    **statistics.accuracies(scores, folds, protocol.resampled),
    **{floor: _mean([result[floor] for result in results]) for floor in FLOORS},
    **{f'over_{name}': _over(results, name) for name in ('floor', 'temporal_floor')},
    'classes': list(clip_set.classes),
    **_confusion(clip_set.classes, rows),
    'trial_accuracies': [result['accuracy'] for result in results],
  }


def _confusion(classes: Sequence[str], rows: Sequence[dict]) -> dict:
  """What `metrics.classification` finds, None each where nothing was tested."""
  if not rows:
    return dict.fromkeys(('macro_f1', 'confusion', 'class_accuracy'))
  place = {name: i for i, name in enumerate(classes)}
  labels, predicted = (
    np.array([place[row[field]] for row in rows]) for field in ('label', 'predicted')
  )
  return metrics.classification(labels, predicted, classes)


def _over(results: Sequence[dict], floor: str) -> dict | None:
  """The model's accuracy less a floor's, paired clip by clip, subject by subject.

  None where fewer than two subjects were tested.
  """
  of_subject = defaultdict(list)
  for result in results:
    rights = result[f'{floor}_right'] or []
    for row, right in zip(result['predictions'], rights, strict=True):
      of_subject[row['subject']].append((row['label'] == row['predicted']) - right)
  if len(of_subject) < 2:
    return None
  means = np.array([np.mean(of_subject[name]) for name in sorted(of_subject)])
  return statistics.paired(means)


def _mean(values: Sequence[float | None]) -> float | None:
  return None if None in values else float(np.mean(values))


def predictions_table(classes: Sequence[str], results: Sequence[dict]) -> str:
  """The text of `predictions.csv`: a row a test clip, a probability a class."""
  out = io.StringIO()
  writer = csv.writer(out, lineterminator='\n')
  names = [f'probability_{name}' for name in classes]
  writer.writerow(['repeat', 'fold', 'clip', 'subject', 'label', 'predicted', *names])
  for result in results:
    for row in result['predictions']:
      fields = [row[name] for name in ('clip', 'subject', 'label', 'predicted')]
      writer.writerow(
        [result['repeat'], result['fold'], *fields, *row['probabilities']]
      )
  return out.getvalue()
