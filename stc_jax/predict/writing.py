"""Writes the files of a prediction: table, annotated video, page."""

import pathlib
from collections.abc import Callable

from stc_jax.errors import printable
from stc_jax.predict import csv_table, outputs
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import overlay, page
from stc_jax.predict.sources import Source


def write(
  folder: pathlib.Path,
  name: str,
  prediction: Prediction,
  source: Source,
  about: str,
  on_frame: Callable[[], None],
) -> tuple[Prediction, list[str]]:
  """Writes all files but the record, the table first.

  Args:
    folder: where.
    name: of the files.
    prediction: what is written.
    source: of the frames, which are read a second time.
    about: a line that says with which model.
    on_frame: called for every frame drawn.

  Returns:
    The prediction, with notes on what is missing of the video; and the files' names.
  """
  table, video, shown = (
    folder / f'{name}.{kind}' for kind in (outputs.CSV, outputs.VIDEO, outputs.PAGE)
  )
  csv_table.write(table, prediction)
  prediction = overlay.write_video(video, prediction, source, on_frame)
  title = printable(source.path.name) if source.path else name
  page.write(shown, prediction, title, video, about)
  return prediction, [path.name for path in (table, video, shown) if path.exists()]
