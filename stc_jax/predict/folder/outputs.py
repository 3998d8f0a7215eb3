"""The files of a prediction: what its record says, and how they get in place.

All files of a video are made in a hidden folder beside their places, and moved there at
the end. The record, a JSON file, comes last: with it, the files are complete.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from importlib import metadata

import jax
import numpy as np

import stc_jax
from stc_jax import files
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError, printable
from stc_jax.faces import images
from stc_jax.predict import distance
from stc_jax.predict.folder.event_files import FORMATS
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.prediction import Prediction

TABLE, VIDEO, PAGE, RECORD = '.csv', '.mp4', '.html', '.json'
EVENTS = tuple(f'_events.{ending}' for ending in FORMATS.values())
ENDINGS = (TABLE, *EVENTS, VIDEO, PAGE, RECORD)
# Our hidden folders hold this file, so that no other folder is ever removed.
_PART, _MARK = '.stc_jax_', '.made_by_stc_jax_predict'
_PACKAGES = ('jax', 'numpy', 'opencv-python-headless', 'av')


def absolute(path: pathlib.Path) -> pathlib.Path:
  """The absolute path; links keep the names that the user gave them."""
  return pathlib.Path(os.path.abspath(path))


def name_in_record(path: pathlib.Path) -> str:
  """An input's name in its record."""
  return printable(str(absolute(path)))


def identity(
  bundles: list[Bundle], path: pathlib.Path, options: PredictOptions, fps: float | None
) -> dict:
  """The part of a record that says what a prediction follows from, ready for JSON.

  Args:
    bundles: of the model.
    path: the video, or folder of images.
    options: of the prediction.
    fps: of images, as the user gave it.

  Raises:
    InputError: the video no longer exists, or can't be read.
  """
  first = bundles[0]
  return {
    'input': {'path': name_in_record(path), 'files': _stamp(path), 'image_fps': fps},
    'model': {
      'name': first.model,
      'outputs': list(first.names),
      'trained_on': first.provenance['dataset'],
      'trials': [bundle.provenance['trial'] for bundle in bundles],
      'sha256': [_digest(bundle) for bundle in bundles],
    },
    'asked': dataclasses.asdict(options),
    'versions': {'stc_jax': stc_jax.__version__}
    | {name: metadata.version(name) for name in _PACKAGES},
  }


def outcome(
  prediction: Prediction,
  events: dict,
  seconds: dict[str, float],
  files: list[str],
) -> dict:
  """The part of a record that says what was predicted, ready for JSON.

  Args:
    prediction: of the video.
    events: `EventFile.asked`.
    seconds: that each part took.
    files: the names of all files.
  """
  table = prediction.table
  labels, counts = np.unique(table['label'], return_counts=True)
  return {
    'label': prediction.label,
    'recipe': prediction.settings | {'turned': prediction.turned},
    'notes': list(prediction.notes),
    'distance': distance.as_json(prediction.distance),
    'events': events,
    'counts': {
      'frames': prediction.frames,
      'frames_a_second': prediction.fps,
      'height_and_width': list(prediction.size),
      'faces': len(prediction.faces),
      'frames_without_face': int((table['face'] == 0).sum()),
      'rows_by_label': dict(zip(labels.tolist(), counts.tolist(), strict=True)),
    },
    'seconds': {name: round(value, 2) for name, value in seconds.items()},
    'files': files,
  }


def write_record(path: pathlib.Path, record: dict) -> None:
  """Writes a record as JSON."""
  files.write(path, files.as_json(record))


def read_record(folder: pathlib.Path, name: str) -> dict | None:
  """The record of a finished prediction; None if there is none of ours."""
  path = folder / f'{name}{RECORD}'
  try:
    record = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else None
  except (OSError, ValueError, RecursionError):
    return None
  is_ours = (
    isinstance(record, dict)
    and isinstance(record.get('input'), dict)
    and isinstance(record.get('files'), list)
    and all(isinstance(file, str) for file in record['files'])
  )
  return record if is_ours else None


def is_output(file: pathlib.Path) -> bool:
  """Whether a file is one of a finished prediction."""
  names = [file.name.removesuffix(e) for e in ENDINGS if file.name.endswith(e)]
  records = [read_record(file.parent, name) for name in names]
  return any(record and file.name in record['files'] for record in records)


def is_done(folder: pathlib.Path, name: str, identity: dict) -> bool:
  """Whether a prediction with this identity is complete, but for its events."""
  record = read_record(folder, name)
  if record is None or record != record | identity:
    return False
  files = without_events(name, record['files'])
  return all((folder / file).exists() for file in files)


def without_events(name: str, files: list[str]) -> list[str]:
  """The files of a prediction but those of its events."""
  return [file for file in files if file.removeprefix(name) not in EVENTS]


@contextlib.contextmanager
def whole_set(folder: pathlib.Path, name: str) -> Iterator[pathlib.Path]:
  """A hidden folder, whose files are moved into `folder` once the block ends well.

  Its files are named `<name><ending>`, with an ending of `ENDINGS`.
  """
  part = pathlib.Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
  try:
    (part / _MARK).touch()
    yield part
    (folder / f'{name}{RECORD}').unlink(missing_ok=True)  # of an earlier prediction
    for ending in ENDINGS:
      made, file = part / f'{name}{ending}', folder / f'{name}{ending}'
      if made.exists():
        made.replace(file)
      else:
        file.unlink(missing_ok=True)
  finally:
    shutil.rmtree(part, ignore_errors=True)


def remove_parts(folder: pathlib.Path) -> None:
  """Removes what killed commands left; no other process may work in the folder."""
  for part in folder.glob(f'{_PART}*'):
    if (part / _MARK).is_file():
      shutil.rmtree(part, ignore_errors=True)


def make_folder(folder: pathlib.Path) -> None:
  """Makes the folder of all predictions.

  Raises:
    InputError: it can't be made.
  """
  try:
    folder.mkdir(parents=True, exist_ok=True)
  except OSError as error:
    raise InputError(
      f'{folder}: cannot be written ({error.strerror}); give another --out'
    ) from error


def _stamp(path: pathlib.Path) -> list:
  """Sizes and times of a video, or of the images of a folder."""
  if not path.is_dir():
    images.check_file(path)  # it may be hours since the command began
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]
  # One number: there may be thousands of images.
  stats = [(f.name, f.stat()) for f in sorted(path.iterdir()) if f.is_file()]
  listed = repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])
  return [len(stats), hashlib.sha256(listed.encode()).hexdigest()]


def _digest(bundle: Bundle) -> str:
  """Of a model's weights and all fields but its provenance."""
  fields = [f.name for f in dataclasses.fields(bundle)]
  rest = [getattr(bundle, f) for f in fields if f not in ('variables', 'provenance')]
  digest = hashlib.sha256(repr(rest).encode())
  for leaf in jax.tree.leaves(bundle.variables):
    digest.update(np.ascontiguousarray(leaf).data)
  return digest.hexdigest()
