"""The files of a run's folder; whatever decides a number is written beside it.

config.json environment.json dataset.json folds.csv     at the start
trials/<repeat>-<fold>.json                             as each trial ends
summary.json predictions.csv                            from all of them
timings.json                                            what varies from run to run
"""

import csv
import io
import json
import os
import pathlib
import platform
from collections.abc import Sequence
from importlib import metadata

import jax
import numpy as np
from jaxtyping import Float

from stc_jax.data.folds import Trial
from stc_jax.data.source import ClipSet
from stc_jax.errors import InputError
from stc_jax.evaluation import metrics

_PACKAGES = [
  'stc_jax',
  'jax',
  'jaxlib',
  'flax',
  'optax',
  'orbax-checkpoint',
  'numpy',
  'scikit-learn',
]
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


def create_folder(workdir: pathlib.Path) -> None:
  """Makes the run's folder.

  Raises:
    InputError: it can't be made or written to.
  """
  try:
    workdir.mkdir(parents=True, exist_ok=True)
    (workdir / 'trials').mkdir(exist_ok=True)
  except OSError as error:
    raise InputError(
      f'{workdir}: cannot be written ({error.strerror}); give another --workdir'
    ) from error


def settle(path: pathlib.Path, text: str, remedy: str) -> None:
  """Writes a file that a run's numbers follow from, or checks that it is the same.

  Raises:
    InputError: the folder holds another run's; `remedy` says what to do.
  """
  if not path.exists():
    write(path, text)
    return
  old, new = path.read_text(errors='replace').splitlines(), text.splitlines()
  if old != new:
    raise InputError(f'{path}: is of another run ({_difference(old, new)}); {remedy}')


def _difference(old: Sequence[str], new: Sequence[str]) -> str:
  """The first lines that differ, and the nearest line that they are indented below."""
  for i, (there, here) in enumerate(zip(old, new, strict=False)):
    if there != here:
      depth = len(there) - len(there.lstrip())
      above = [a.strip() for a in old[:i] if len(a) - len(a.lstrip()) < depth]
      place = f'{above[-1]} ' if above else ''
      return f'{place}{there.strip()} there, {here.strip()} here'
  return f'{len(old)} lines there, {len(new)} here'


def write(path: pathlib.Path, text: str) -> None:
  """Writes a file whole or not at all."""
  part = path.with_name(path.name + '.part')
  try:
    part.write_text(text)
    os.replace(part, path)
  except OSError as error:
    error.filename = str(path)  # a failed write names no file
    raise


def as_json(value) -> str:
  """Indented JSON, the same for the same value."""
  return json.dumps(value, indent=1, ensure_ascii=False) + '\n'


def environment() -> dict:
  """What else a number may depend on: versions, devices, the machine's kind."""
  devices = jax.devices()
  return {
    'packages': {name: metadata.version(name) for name in _PACKAGES},
    'python': platform.python_version(),
    'platform': platform.platform(),
    'cores': os.cpu_count(),
    'backend': jax.default_backend(),
    'devices': [device.device_kind for device in devices],
    'XLA_FLAGS': os.environ.get('XLA_FLAGS', ''),
  }


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
