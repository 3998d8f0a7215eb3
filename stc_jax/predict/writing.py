"""Writes an answer: table, annotated video, page."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from stc_jax.predict import csv_table, encoding, outputs, page
from stc_jax.predict.answer import Answer
from stc_jax.predict.drawing import Drawing
from stc_jax.predict.sources import Source


def write(
  folder: pathlib.Path,
  name: str,
  answer: Answer,
  source: Source,
  about: str,
  on_frame: Callable[[], None],
) -> list[str]:
  """Writes an answer's files but for the record; returns their names.

  Args:
    folder: where.
    name: of the files.
    answer: what is written.
    source: of the frames, which are read a second time.
    about: a line that says with which model.
    on_frame: called for every frame drawn.
  """
  table, video, shown = (
    folder / f'{name}.{kind}' for kind in (outputs.CSV, outputs.VIDEO, outputs.PAGE)
  )
  csv_table.write(table, answer)
  film(video, answer, source, on_frame)
  title = source.path.name if source.path else name
  page.write(shown, answer, title, video, about)
  return [table.name, video.name, shown.name]


def film(
  path: pathlib.Path, answer: Answer, source: Source, on_frame: Callable[[], None]
) -> None:
  """Writes the annotated video alone; arguments as those of `write`."""
  drawing = Drawing(answer)
  size = drawing.height, drawing.width
  sound_of = source.path if source.is_video else None
  with contextlib.closing(_pictures(drawing, source, on_frame)) as pictures:
    encoding.write(path, pictures, size, answer.fps, sound_of)


def _pictures(
  drawing: Drawing, source: Source, on_frame: Callable[[], None]
) -> Iterator[np.ndarray]:
  for number, frame in enumerate(source.frames()):
    on_frame()
    yield drawing.of(number, frame)
