"""What a run finds, as the files of its folder show it; what decides a number, too.

config.json environment.json dataset.json folds.csv     at the start
trials/<repeat>-<fold>.json                             as each trial ends
summary.json predictions.csv                            from all of them
timings.json                                            what varies from run to run
"""

import csv
import io
import json
import pathlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from stc_jax.data.folds import Trial
from stc_jax.data.source import ClipSet
from stc_jax.errors import InputError
from stc_jax.evaluation import metrics

_TRIAL_FIELDS = {
  'repeat',
  'fold',
  'accuracy',
  'predictions',
  'chance_accuracy',
  'floor_accuracy',
  'train_losses',
  'train_accuracies',
}
_DIGITS = 7  # of a probability: what float32 holds


def describe_dataset(clip_set: ClipSet) -> dict:
  """The set's name, size, classes, and the fingerprint of all its pixels."""
  counts = np.bincount(clip_set.labels, minlength=len(clip_set.classes)).tolist()
  return {
    'name': clip_set.name,
    'clips': len(clip_set.clips),
    'subjects': len(set(clip_set.subjects)),
    'classes': dict(zip(clip_set.classes, counts, strict=True)),
    'sha256': clip_set.fingerprint(),
  }


def trial_path(workdir: pathlib.Path, trial: Trial) -> pathlib.Path:
  """Where a trial's result lies."""
  return workdir / 'trials' / f'{trial.name}.json'


def trial_result(
  clip_set: ClipSet, trial: Trial, probabilities: Float[np.ndarray, 'm n']
) -> dict:
  """What the test of a trial's model says; probabilities in the order of its clips."""
  predicted = probabilities.argmax(axis=1)
  labels = clip_set.labels[trial.test]
  return {
    'repeat': trial.repeat,
    'fold': trial.fold,
    'seed': trial.seed,
    'train_clips': len(trial.train),
    'test_clips': len(trial.test),
    'accuracy': float((predicted == labels).mean()),
    'predictions': [
      {
        'clip': clip_set.clips[i],
        'subject': clip_set.subjects[i],
        'label': clip_set.classes[clip_set.labels[i]],
        'predicted': clip_set.classes[guess],
        'probabilities': [round(float(p), _DIGITS) for p in row],
      }
      for i, guess, row in zip(trial.test, predicted, probabilities, strict=True)
    ],
  }


def read_trial(path: pathlib.Path) -> dict:
  """Reads a trial's result.

  Raises:
    InputError: the file isn't there, or isn't whole.
  """
  try:
    result = json.loads(path.read_text())
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


def summarise(clip_set: ClipSet, model: str, results: Sequence[dict]) -> dict:
  """The run in one table: accuracy over trials, and all test clips pooled."""
  rows = [row for result in results for row in result['predictions']]
  place = {name: i for i, name in enumerate(clip_set.classes)}
  accuracies = np.array([result['accuracy'] for result in results])
  return {
    'dataset': clip_set.name,
    'model': model,
    'trials': len(results),
    **metrics.mean_and_interval(accuracies),
    'chance_accuracy': float(np.mean([r['chance_accuracy'] for r in results])),
    'floor_accuracy': float(np.mean([r['floor_accuracy'] for r in results])),
    'classes': list(clip_set.classes),
    **metrics.classification(
      np.array([place[row['label']] for row in rows]),
      np.array([place[row['predicted']] for row in rows]),
      clip_set.classes,
    ),
    'trial_accuracies': accuracies.tolist(),
  }


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
