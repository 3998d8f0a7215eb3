"""Predictions of earlier commands: read back from their files, with events as asked."""

import pathlib
from typing import Annotated

import numpy as np
import pydantic

from stc_jax import files, typed_json
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError, machine_error
from stc_jax.predict import distance
from stc_jax.predict.folder import outputs
from stc_jax.predict.folder.event_files import EventFile
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.table import read_csv
from stc_jax.tasks.registry import task_of


class _CountFields(typed_json.Fields):
  frames: pydantic.PositiveInt
  frames_a_second: pydantic.PositiveFloat
  height_and_width: tuple[pydantic.PositiveInt, pydantic.PositiveInt]


class _RecipeFields(typed_json.Fields):
  turned: int


class _MeasureFields(typed_json.Fields):
  value: float
  low: float
  high: float
  distance: float


class _DistanceFields(typed_json.Fields):
  measures: Annotated[dict[str, _MeasureFields], pydantic.Field(min_length=1)]


class _RecordFields(typed_json.Fields):
  counts: _CountFields
  recipe: _RecipeFields
  notes: list[str]
  distance: _DistanceFields | None = None  # older records don't have it
  files: list[str]


def read_back(folder: pathlib.Path, name: str, bundle: Bundle) -> Prediction:
  """Reads a finished prediction back from its record and its table.

  Args:
    folder: of the files.
    name: of the files, without their endings.
    bundle: the model's; the record is known to be of it.

  Raises:
    InputError: a file is damaged, or not ours any more.
  """
  remedy = '--overwrite makes it again'
  record = typed_json.read(folder / f'{name}{outputs.RECORD}', _RecordFields, remedy)
  counts, path = record['counts'], folder / f'{name}{outputs.TABLE}'
  task = task_of(bundle.task)
  try:
    table = read_csv(path, bundle.names, task)
    if not np.array_equal(np.unique(table['frame']), np.arange(counts['frames'])):
      raise ValueError(f'it has not the {counts["frames"]} frames of its record')
  except (OSError, ValueError) as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: cannot be read back ({error}); {remedy}') from error
  settings = {k: v for k, v in record['recipe'].items() if k != 'turned'}
  return Prediction(
    table=table,
    names=bundle.names,
    task=task,
    fps=counts['frames_a_second'],
    frames=counts['frames'],
    size=tuple(counts['height_and_width']),
    settings=settings,
    notes=tuple(record['notes']),
    turned=record['recipe']['turned'],
    distance=distance.from_json(record.get('distance')),
  )


def renew_events(
  folder: pathlib.Path, name: str, prediction: Prediction, events: EventFile
) -> bool:
  """Writes the events of a finished prediction, unless they are there as asked.

  Meanwhile the record says that there are none, so that a stop leaves nothing false.

  Args:
    folder: of the files.
    name: of the files, without their endings.
    prediction: as read back.
    events: which are asked, and how.

  Returns:
    Whether they were written.
  """
  record, path = outputs.read_record(folder, name), folder / f'{name}{events.ending}'
  if record.get('events') == events.asked and path.exists():
    return False
  file = folder / f'{name}{outputs.RECORD}'
  kept = outputs.without_events(name, record['files'])
  old = [one for one in record['files'] if one not in kept and one != path.name]
  between = {'events': None, 'files': [*kept[:1], path.name, *old, *kept[1:]]}
  outputs.write_record(file, record | between)
  with files.whole_file(path) as part:
    events.write(part, prediction)
  for one in old:
    (folder / one).unlink(missing_ok=True)
  after = {'events': events.asked, 'files': [*kept[:1], path.name, *kept[1:]]}
  outputs.write_record(file, record | after)
  return True
