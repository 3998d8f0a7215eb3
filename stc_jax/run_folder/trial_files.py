"""The results of a run's trials: numbers, arrays and the summary."""

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
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.run_folder.documents import TrialFile
from stc_jax.typed_json import read as read_json

_REMEDY = 'remove it and train the trial again'


def is_finished(folder: pathlib.Path, trial: Trial) -> bool:
  """Whether a trial has a result."""
  return layout.trial_file(folder, trial.name).exists()


def write_trial(folder: pathlib.Path, trial: Trial, result: dict) -> None:
  """Writes the result of a trial, as its last file: then the trial is finished."""
  text = json.dumps(result, ensure_ascii=False, allow_nan=False)
  files.write(layout.trial_file(folder, trial.name), text + '\n')


def read_trial(folder: pathlib.Path, trial: Trial, fields: Set[str]) -> dict:
  """Reads the result of a trial.

  Args:
    folder: of the run.
    trial: the trial.
    fields: those that its task needs.

  Raises:
    InputError: the file is missing or damaged.
  """
  path = layout.trial_file(folder, trial.name)
  if not path.exists():
    raise InputError(
      f'{path}: not there, the trial is unfinished; the same command without '
      '--mode=evaluate trains it'
    )
  result = read_json(path, TrialFile, _REMEDY)
  if missing := fields - result.keys():
    words = ', '.join(sorted(missing))
    raise InputError(f'{path}: cannot be read (no {words}); {_REMEDY}')
  return result


def write_arrays(
  folder: pathlib.Path, trial: Trial, arrays: Mapping[str, Mapping[str, np.ndarray]]
) -> None:
  """Writes the arrays of a trial. The same arrays give the same bytes.

  Args:
    folder: of the run.
    trial: the trial.
    arrays: by the folder of their file.
  """
  for name, content in arrays.items():
    out, path = io.BytesIO(), layout.array_file(folder, name, trial.name)
    np.savez_compressed(out, **content)
    path.parent.mkdir(exist_ok=True)
    files.write_bytes(path, out.getvalue())


def read_probabilities(
  folder: pathlib.Path, kind: str, trial: Trial
) -> Float[np.ndarray, 'm n']:
  """Reads the probabilities of a trial's test examples.

  Raises:
    InputError: the file is missing or damaged.
  """
  remedy = f'remove {layout.TRIALS}/{trial.name}.json and train the trial again'
  (found,) = read_arrays(folder, kind, trial.name, ('probabilities',), remedy)
  if len(found) != len(trial.test):
    path = layout.array_file(folder, kind, trial.name)
    sizes = f'{len(found)} frames, not {len(trial.test)}'
    raise InputError(f'{path}: cannot be read ({sizes}); {remedy}')
  return found


def read_arrays(
  folder: pathlib.Path, kind: str, trial: str, names: Sequence[str], remedy: str = ''
) -> list[np.ndarray]:
  """Reads arrays of a trial by their names.

  Args:
    folder: of the run.
    kind: the folder of the file.
    trial: its name.
    names: of the arrays.
    remedy: the end of the error's line.

  Raises:
    InputError: the file is missing or damaged.
  """
  path = layout.array_file(folder, kind, trial)
  try:
    # NumPy leaves a damaged file open that it has opened itself.
    with path.open('rb') as opened, np.load(opened, allow_pickle=False) as file:
      return [file[name] for name in names]
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
    end = f'; {remedy}' if remedy else ''
    raise InputError(f'{path}: cannot be read ({error}){end}') from error


def write_predictions(folder: pathlib.Path, rows: Sequence[Sequence[Any]]) -> None:
  """Writes predictions.csv."""
  out = io.StringIO()
  csv.writer(out, lineterminator='\n').writerows(rows)
  files.write(folder / layout.CLIP_PREDICTIONS, out.getvalue())


def write_summary(folder: pathlib.Path, summary: dict) -> None:
  """Writes summary.json."""
  files.write(folder / layout.SUMMARY, files.as_json(summary))
