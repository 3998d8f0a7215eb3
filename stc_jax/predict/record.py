"""What a prediction's JSON says: what it follows from, and what it came to."""

import dataclasses
import hashlib
import pathlib
from importlib import metadata

import jax
import numpy as np

import stc_jax
from stc_jax.bundle.bundle import Bundle
from stc_jax.faces import images
from stc_jax.predict import outputs
from stc_jax.predict.answering import Asked
from stc_jax.predict.prediction import Prediction

_PACKAGES = ('jax', 'numpy', 'opencv-python-headless', 'av')


def identity(
  bundles: list[Bundle], path: pathlib.Path, asked: Asked, fps: float | None
) -> dict:
  """All that an answer follows from, ready for JSON.

  Args:
    bundles: of the model.
    path: the video, or folder of images.
    asked: what was chosen of the prediction.
    fps: of images, as asked.

  Raises:
    InputError: the video is no longer there, or can't be read.
  """
  first = bundles[0]
  return {
    'input': {
      'path': outputs.name_in_record(path),
      'files': _stamp(path),
      'image_fps': fps,
    },
    'model': {
      'name': first.model,
      'outputs': list(first.names),
      'trained_on': first.provenance['dataset'],
      'trials': [bundle.provenance['trial'] for bundle in bundles],
      'sha256': [_digest(bundle) for bundle in bundles],
    },
    'asked': dataclasses.asdict(asked),
    'versions': {'stc_jax': stc_jax.__version__}
    | {name: metadata.version(name) for name in _PACKAGES},
  }


def outcome(answer: Prediction, seconds: dict[str, float], files: list[str]) -> dict:
  """What it came to, ready for JSON.

  Args:
    answer: the answer.
    seconds: that each part took.
    files: all that were written.
  """
  table = answer.table
  labels, counts = np.unique(table['label'], return_counts=True)
  return {
    'label': answer.label,
    'recipe': answer.settings | {'turned': answer.turned},
    'notes': list(answer.notes),
    'counts': {
      'frames': answer.frames,
      'frames_a_second': answer.fps,
      'height_and_width': list(answer.size),
      'faces': len(answer.faces),
      'frames_without_face': int((table['face'] == 0).sum()),
      'rows_by_label': dict(zip(labels.tolist(), counts.tolist(), strict=True)),
    },
    'seconds': {name: round(value, 2) for name, value in seconds.items()},
    'files': files,
  }


def _stamp(path: pathlib.Path) -> list:
  """Sizes and times of a video, or of the images of a folder."""
  if not path.is_dir():
    images.check_file(path)  # others may have been worked on for hours
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]
  # One number for what may be thousands.
  stats = [(f.name, f.stat()) for f in sorted(path.iterdir()) if f.is_file()]
  told = repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])
  return [len(stats), hashlib.sha256(told.encode()).hexdigest()]


def _digest(bundle: Bundle) -> str:
  """Of a model's weights, and of all else but where it comes from."""
  fields = [f.name for f in dataclasses.fields(bundle)]
  rest = [getattr(bundle, f) for f in fields if f not in ('variables', 'provenance')]
  digest = hashlib.sha256(repr(rest).encode())
  for leaf in jax.tree.leaves(bundle.variables):
    digest.update(np.ascontiguousarray(leaf).data)
  return digest.hexdigest()
