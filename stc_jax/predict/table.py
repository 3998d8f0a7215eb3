"""The table of a prediction: a row for each frame and face.

`PLACE_FIELDS` are its columns up to those of the model's outputs, in the order of the
CSV file; everything else refers to them by name.
"""

import csv
import math
import pathlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Float, Shaped

from stc_jax.faces.stream import FaceCrop
from stc_jax.faces.track_smoother import Place
from stc_jax.predict.windowing import Window
from stc_jax.tasks.labelling import Labelling

_BOX = ('box_left', 'box_top', 'box_right', 'box_bottom')
_EYES = ('left_eye_x', 'left_eye_y', 'right_eye_x', 'right_eye_y')
PLACE_FIELDS = (
  ('frame', np.int32),
  ('approx_time', np.float64),
  ('face', np.int32),
  ('face_score', np.float32),
  *((field, np.float32) for field in (*_BOX, *_EYES)),
  ('motion', np.float32),
)
TIME_DECIMALS = 4  # of a time in seconds
# Decimal places of the CSV file; probabilities have what float32 holds.
_DECIMALS = {'approx_time': TIME_DECIMALS, 'face_score': 4, 'motion': 4}
_PIXELS, _PROBABILITY = 2, 7
_EMPTY = {'i': 0, 'f': 'nan', 'U': ''}  # what an empty cell of each kind of number is


def table_dtype(names: Sequence[str], task: Labelling) -> np.dtype:
  """The fields of a row: `PLACE_FIELDS`, a column for each output, and the label."""
  every = np.concatenate([np.eye(len(names)), np.ones((1, len(names)))])
  longest = max(map(len, task.labels_of(every, names)))  # of one output, or of all
  outputs = [(task.column_of(name), np.float32) for name in names]
  return np.dtype([*PLACE_FIELDS, *outputs, ('label', f'U{longest}')])


def output_columns(table: Shaped[np.ndarray, 'n']) -> tuple[str, ...]:
  """The columns of a table that hold the model's outputs."""
  return table.dtype.names[len(PLACE_FIELDS) : -1]


class RowCollector:
  """Collects the rows of a table while a video is read.

  Args:
    names: of the model's outputs.
    task: the model's.
  """

  def __init__(self, names: tuple[str, ...], task: Labelling):
    self._names, self._task = names, task
    self._tracklets: dict[int, _TrackletRows] = {}

  def record_places(self, crops: Iterable[FaceCrop]) -> Iterator[FaceCrop]:
    """Passes crops on, and records where each face is."""
    for crop in crops:
      tracklet = crop.place.tracklet
      if tracklet not in self._tracklets:
        self._tracklets[tracklet] = _TrackletRows(len(self._names))
      self._tracklets[tracklet].add(crop.place)
      yield crop

  def record_motion(self, windows: Iterable[Window]) -> Iterator[Window]:
    """Passes windows on; records for each frame the largest motion of its windows."""
    for window in windows:
      motion = self._rows_of(window)['motion']
      np.fmax(motion, window.motion, out=motion)
      yield window

  def record_probabilities(
    self, window: Window, probabilities: Float[np.ndarray, 'k']
  ) -> None:
    """Adds a window's probabilities to the means of its frames."""
    rows = self._rows_of(window)
    rows['sums'] += probabilities
    rows['count'] += 1

  def place_of(self, window: Window) -> tuple[int, float]:
    """Frame and left edge of the face in the middle of a window."""
    row = self._rows_of(window)[(window.stop - window.first) // 2]
    return int(row['frame']), float(row['box_left'])

  def table(self) -> Shaped[np.ndarray, 'n']:
    """The rows by frame and face, without times; a frame without a face has none."""
    dtype = table_dtype(self._names, self._task)
    parts = [self._part(one.rows, dtype) for one in self._tracklets.values()]
    table = np.concatenate([np.zeros(0, dtype), *parts])
    return table[np.lexsort((table['face'], table['frame']))]

  def _rows_of(self, window: Window) -> np.ndarray:
    return self._tracklets[window.tracklet].rows[window.first : window.stop]

  def _part(self, rows: np.ndarray, dtype: np.dtype) -> Shaped[np.ndarray, 't']:
    """The rows of a tracklet as those of the table."""
    part = np.zeros(len(rows), dtype)
    for field, _ in PLACE_FIELDS:
      part[field] = rows[field]
    counts = rows['count'][:, None]
    means = np.where(counts > 0, rows['sums'] / np.maximum(counts, 1), np.nan)
    for column, values in zip(output_columns(part), means.T, strict=True):
      part[column] = values
    part['label'] = self._task.labels_of(means, self._names)
    return part


class _TrackletRows:
  """The places of a tracklet, with the sums and counts of its windows' probabilities.

  Args:
    outputs: how many the model has.
  """

  def __init__(self, outputs: int):
    sums = [('sums', np.float32, (outputs,)), ('count', np.int32)]
    self._rows = np.zeros(64, [*PLACE_FIELDS, *sums])
    self._frames = 0

  @property
  def rows(self) -> np.ndarray:
    """One for each frame; a view."""
    return self._rows[: self._frames]

  def add(self, place: Place) -> None:
    """Adds the row of the next frame."""
    if self._frames == len(self._rows):
      self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
    row = self._rows[self._frames]
    row['frame'], row['face'], row['face_score'] = place.frame, place.face, place.score
    for field, value in zip(_BOX, place.box, strict=True):
      row[field] = value
    for field, value in zip(_EYES, place.eyes.ravel(), strict=True):
      row[field] = value
    row['motion'] = np.nan  # until a window has the frame
    self._frames += 1


def rows_without_face(
  like: Shaped[np.ndarray, 'n'], frames: np.ndarray
) -> Shaped[np.ndarray, 'm']:
  """Rows of frames that have no face: all numbers but frame, time and face are NaN."""
  rows = np.zeros(len(frames), like.dtype)
  for field in set(like.dtype.names) - {'frame', 'approx_time', 'face', 'label'}:
    rows[field] = np.nan
  rows['frame'] = frames
  return rows


def box_areas(table: Shaped[np.ndarray, 'n']) -> Float[np.ndarray, 'n']:
  """The area of each row's box in square pixels; 0 without a box."""
  width = table['box_right'] - table['box_left']
  areas = width.astype(float) * (table['box_bottom'] - table['box_top'])
  return np.nan_to_num(areas)


def face_sizes(table: Shaped[np.ndarray, 'n']) -> Float[np.ndarray, 'faces']:
  """The sum of the areas of each face's boxes over all frames, by the face's number."""
  # The type is needed for a table without rows.
  return np.bincount(table['face'], box_areas(table)).astype(float)


def write_csv(path: pathlib.Path, table: Shaped[np.ndarray, 'n']) -> None:
  """Writes a table as CSV; values that are unknown are empty."""
  fields, outputs = table.dtype.names, output_columns(table)
  decimals = [
    _PROBABILITY if field in outputs else _DECIMALS.get(field, _PIXELS)
    for field in fields
  ]
  with path.open('w', encoding='utf-8', newline='') as file:
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(fields)
    for row in table:
      cells = zip(fields, row.tolist(), decimals, strict=True)
      writer.writerow([_cell(*cell) for cell in cells])


def read_csv(
  path: pathlib.Path, names: Sequence[str], task: Labelling
) -> Shaped[np.ndarray, 'n']:
  """Reads a table that `write_csv` wrote; columns of a user's own are left out.

  Raises:
    ValueError: it is no such table.
  """
  dtype = table_dtype(names, task)
  of_text = {field: str if dtype[field].kind == 'U' else float for field in dtype.names}
  with path.open(encoding='utf-8', newline='') as file:
    reader = csv.DictReader(file, strict=True)
    try:
      rows = [
        tuple(
          of_text[field](row[field] or _EMPTY[dtype[field].kind]) for field in of_text
        )
        for row in reader
      ]
      return np.array(rows, dtype)
    except (KeyError, OverflowError, TypeError, csv.Error) as error:
      raise ValueError(f'{type(error).__name__}: {error}') from error


def _cell(field: str, value: int | float | str, decimals: int) -> int | float | str:
  if isinstance(value, float):
    return '' if math.isnan(value) else round(value, decimals)
  return '' if field == 'face' and value == 0 else value
