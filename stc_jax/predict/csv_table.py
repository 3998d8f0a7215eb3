"""An answer as CSV: a row for each frame and face."""

import csv
import math
import pathlib

from stc_jax.predict.prediction import Prediction

# Digits behind the point; probabilities have what float32 holds.
_DIGITS = {'approx_time': 4, 'face_score': 4, 'motion': 4}
_PIXELS, _PROBABILITY = 2, 7


def write(path: pathlib.Path, answer: Prediction) -> None:
  """Writes the table; what there is no answer for is empty."""
  fields = answer.table.dtype.names
  digits = [_digits(field, answer.columns) for field in fields]
  with path.open('w', encoding='utf-8', newline='') as file:
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(fields)
    for row in answer.table:
      cells = zip(fields, row.tolist(), digits, strict=True)
      writer.writerow([_cell(*cell) for cell in cells])


def _digits(field: str, columns: tuple[str, ...]) -> int:
  if field in columns:
    return _PROBABILITY
  return _DIGITS.get(field, _PIXELS)


def _cell(field: str, value: int | float | str, digits: int) -> int | float | str:
  if isinstance(value, float):
    return '' if math.isnan(value) else round(value, digits)
  return '' if field == 'face' and value == 0 else value
