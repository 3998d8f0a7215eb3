"""Checks the fields of bundle.json, by type and bound, before they are used."""

import dataclasses
import json
import pathlib

import numpy as np

from stc_jax.bundle import recipe
from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.data.looks import ClipLooks
from stc_jax.errors import InputError, require, require_choice
from stc_jax.models.registry import MODELS
from stc_jax.tasks.registry import TaskConfig, task_of
from stc_jax.validate import check_names, check_type, in_section, to_dataclass

FORMAT = 3
_MOST_BYTES = 2**26
_MOST_SECONDS = 1e6
_MOST_MOTION = 255.0
# Pixels lie in 0..1. A deviation of 0 is replaced when a set's is computed.
_MOST_MEAN = 10.0
_MOST_SCALE = 1e6
_REMEDY = 'every bundle has it'
LATER = ('subjects', 'clip_looks')  # older bundles don't have them


@dataclasses.dataclass(frozen=True)
class _Spread:
  """See `Bundle.clip_seconds`."""

  low: float
  median: float
  high: float

  def __post_init__(self):
    """Checks the values."""
    values = (self.low, self.median, self.high)
    require(self.low >= 0, 'low', self.low, 'not be negative')
    require(values == tuple(sorted(values)), 'median', values, 'lie in order')


@dataclasses.dataclass(frozen=True)
class _PixelStatistics:
  """See `Normalisation`; of one trial, for three colours."""

  mean: tuple[float, float, float]
  scale: tuple[float, float, float]

  def __post_init__(self):
    """Checks the values."""
    near = all(abs(mean) <= _MOST_MEAN for mean in self.mean)
    require(near, 'mean', self.mean, f'lie in {-_MOST_MEAN:g} to {_MOST_MEAN:g}')
    positive = all(0 < scale <= _MOST_SCALE for scale in self.scale)
    require(positive, 'scale', self.scale, f'lie above 0, up to {_MOST_SCALE:g}')


def read(path: pathlib.Path, known: list[str]) -> dict:
  """Reads all fields of a bundle but its variables.

  Args:
    path: of bundle.json.
    known: the names of the fields.

  Raises:
    InputError: it is of another version, or a field is missing, unknown, of another
      type or out of its bounds.
    OSError: it can't be read.
    ValueError: it is no JSON.
  """
  size = path.stat().st_size
  require(size <= _MOST_BYTES, path.name, size, f'be at most {_MOST_BYTES} bytes')
  values = json.loads(path.read_text(encoding='utf-8'), parse_constant=_refuse)
  check_type(path.name, values, dict)
  found = values.pop('format', None)
  require(found == FORMAT, 'format', found, f'be {FORMAT}')
  needed = [name for name in known if name not in LATER]
  check_names('bundle', list(values), known, needed, _REMEDY)
  return _checked(values)


def _checked(values: dict) -> dict:
  model = values['model']
  check_type('model', model, str)
  require_choice('model', model, MODELS)
  kinds = {'network': MODELS[model].config, 'input': InputConfig, 'task': TaskConfig}
  sections = {
    name: to_dataclass(name, values[name], kind, _REMEDY)
    for name, kind in kinds.items()
  }
  pixels = to_dataclass(
    'normalisation', values['normalisation'], _PixelStatistics, _REMEDY
  )
  _check_fit(**sections)
  for field, most in (('clip_seconds', _MOST_SECONDS), ('clip_motion', _MOST_MOTION)):
    spread = to_dataclass(field, values[field], _Spread, _REMEDY)
    require(spread.high <= most, f'{field}.high', spread.high, f'be at most {most:g}')
  _check_alignment(values['alignment'])
  _check_provenance(values['provenance'])
  return values | {
    **sections,
    'subjects': _subjects(values['subjects']) if 'subjects' in values else None,
    'clip_looks': _looks(values['clip_looks']) if 'clip_looks' in values else None,
    'names': _names(values['names'], sections['task']),
    'normalisation': Normalisation(
      np.array(pixels.mean, np.float32), np.array(pixels.scale, np.float32)
    ),
  }


def _check_fit(network, input: InputConfig, task: TaskConfig) -> None:
  """Checks that the sections go together."""
  side = min(input.height, input.width)
  least = network.least_side
  require(side >= least, 'input', f'{side} pixels', f'have {least} pixels for poolings')
  words = f'go with task.kind={task.kind!r}'
  fits = input.sampling in task_of(task).samplings
  require(fits, 'input.sampling', input.sampling, words)


def _names(values, task: TaskConfig) -> tuple[str, ...]:
  check_type('names', values, list)
  names = tuple(values)
  check_type('names', names, tuple[str, ...])
  different = len(set(names)) == len(names) and all(name.strip() for name in names)
  require(different and bool(names), 'names', names, 'be different words')
  task_of(task).check_names(names)
  return names


def _subjects(recorded) -> dict[str, tuple[str, ...]]:
  check_type('subjects', recorded, dict)
  require(bool(recorded), 'subjects', recorded, 'have a set')
  for name, own in recorded.items():
    check_type(f'subjects.{name}', own, list)
    check_type(f'subjects.{name}', tuple(own), tuple[str, ...])
  return {name: tuple(own) for name, own in recorded.items()}


def _looks(recorded) -> ClipLooks:
  check_type('clip_looks', recorded, dict)
  check_names('clip_looks', list(recorded), ['ranges', 'edges'], remedy=_REMEDY)
  check_type('clip_looks.ranges', recorded['ranges'], dict)
  check_type('clip_looks.edges', recorded['edges'], list)
  check_type('clip_looks.edges', tuple(recorded['edges']), tuple[float, ...])
  ranges = {}
  for name, values in recorded['ranges'].items():
    own = to_dataclass(f'clip_looks.{name}', values, _Spread, _REMEDY)
    field = f'clip_looks.{name}.high'
    require(own.high <= _MOST_MOTION, field, own.high, f'be at most {_MOST_MOTION:g}')
    ranges[name] = {end: float(value) for end, value in values.items()}
  with in_section('clip_looks'):
    return ClipLooks(ranges, tuple(map(float, recorded['edges'])))


def _check_alignment(recorded) -> None:
  check_type('alignment', recorded, dict)
  for field, value in recorded.items():
    check_type(f'alignment.{field}', value, str)
  recipe.alignment(recorded)


def _check_provenance(recorded) -> None:
  check_type('provenance', recorded, dict)
  check_type('provenance.trial', recorded.get('trial'), str)
  dataset = recorded.get('dataset')
  check_type('provenance.dataset', dataset, dict)
  check_type('provenance.dataset.name', dataset.get('name'), str)


def _refuse(word: str) -> None:
  raise InputError(f'{word} is no finite number')
