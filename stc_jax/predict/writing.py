"""Writes an answer: table, annotated video, page."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from stc_jax.errors import printable, told
from stc_jax.faces.container import blames_video
from stc_jax.predict import csv_table, encoding, outputs, page, sound
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
) -> tuple[Answer, list[str]]:
  """Writes an answer's files but for the record, the table first.

  Args:
    folder: where.
    name: of the files.
    answer: what is written.
    source: of the frames, which are read a second time.
    about: a line that says with which model.
    on_frame: called for every frame drawn.

  Returns:
    The answer, with notes on what is missing of the files; and their names.
  """
  table, video, shown = (
    folder / f'{name}.{kind}' for kind in (outputs.CSV, outputs.VIDEO, outputs.PAGE)
  )
  csv_table.write(table, answer)
  answer = film(video, answer, source, on_frame)
  title = printable(source.path.name) if source.path else name
  page.write(shown, answer, title, video, about)
  return answer, [path.name for path in (table, video, shown) if path.exists()]


def film(
  path: pathlib.Path, answer: Answer, source: Source, on_frame: Callable[[], None]
) -> Answer:
  """Writes the annotated video alone; arguments as those of `write`.

  Returns:
    The answer, with a note where the video, or its sound, could not be made: what is
    known of the faces must not be lost to that.
  """
  try:
    drawing = Drawing(answer)
    size = drawing.height, drawing.width
    with contextlib.closing(_pictures(drawing, source, on_frame)) as pictures:
      encoding.write(path, pictures, size, answer.fps)
    missing = sound.add(path, source.path) if source.is_video else ''
  except Exception as error:
    path.unlink(missing_ok=True)
    if not blames_video(error):
      raise
    missing = f'the annotated video could not be made ({told(error)})'
  notes = (*answer.notes, missing) if missing else answer.notes
  return dataclasses.replace(answer, notes=notes)


def _pictures(
  drawing: Drawing, source: Source, on_frame: Callable[[], None]
) -> Iterator[np.ndarray]:
  for number, frame in enumerate(source.frames()):
    on_frame()
    yield drawing.of(number, frame)
