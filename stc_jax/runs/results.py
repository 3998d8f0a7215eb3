"""What a run finds, as the files of its folder show it; what decides a number, too.

config.json environment.json dataset.json folds.csv     at the start
execution.json                                          of the last start
trials/<repeat>-<fold>.json                             as each trial ends
summary.json, and what else the task has                from all of them
timings.json                                            what varies from run to run
"""

import csv
import io
import json
import pathlib
import zipfile
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from jaxtyping import Float

from stc_jax import files
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.tasks.task import Task

_FIELDS = {'repeat', 'fold', 'train_losses', 'train_accuracies'}


def describe_dataset(clip_set: ClipSet, task: Task) -> dict:
  """The set's name and size, its targets, and the fingerprint of all its records."""
  described = {
    'name': clip_set.name,
    'clips': len(set(clip_set.clips)),
    'subjects': len(set(clip_set.subjects)),
  }
  return described | task.described(clip_set) | {'sha256': clip_set.fingerprint}


def trial_path(workdir: pathlib.Path, trial: Trial) -> pathlib.Path:
  """Where a trial's result lies."""
  return workdir / 'trials' / f'{trial.name}.json'


def read_trial(path: pathlib.Path, fields: Set[str]) -> dict:
  """Reads a trial's result, which holds `fields` of its task's.

  Raises:
    InputError: the file isn't there, or isn't whole.
  """
  try:
    result = json.loads(path.read_text(encoding='utf-8'))
    missing = (_FIELDS | fields) - result.keys()
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


def write_arrays(
  workdir: pathlib.Path, trial: Trial, arrays: Mapping[str, Mapping[str, np.ndarray]]
) -> None:
  """Writes a trial's arrays, each file whole or not at all.

  The same arrays give the same bytes.

  Args:
    workdir: the run's folder.
    trial: whose they are.
    arrays: by the folder of their file.
  """
  for name, content in arrays.items():
    out, path = io.BytesIO(), _arrays_path(workdir, name, trial)
    np.savez_compressed(out, **content)
    path.parent.mkdir(exist_ok=True)
    files.write_bytes(path, out.getvalue())


def read_probabilities(
  workdir: pathlib.Path, name: str, trial: Trial
) -> Float[np.ndarray, 'm n']:
  """Reads the probabilities of a trial's test examples.

  Raises:
    InputError: the file isn't there, or isn't whole.
  """
  path = _arrays_path(workdir, name, trial)
  try:
    with np.load(path, allow_pickle=False) as file:
      probabilities = file['probabilities']
    if len(probabilities) != len(trial.test):
      raise ValueError(f'{len(probabilities)} frames, not {len(trial.test)}')
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); remove trials/{trial.name}.json and '
      'train the trial again'
    ) from error
  return probabilities


def write_predictions(workdir: pathlib.Path, rows: Sequence[Sequence[Any]]) -> None:
  """Writes predictions.csv."""
  out = io.StringIO()
  csv.writer(out, lineterminator='\n').writerows(rows)
  files.write(workdir / 'predictions.csv', out.getvalue())


def _arrays_path(workdir: pathlib.Path, name: str, trial: Trial) -> pathlib.Path:
  return workdir / name / f'{trial.name}.npz'
