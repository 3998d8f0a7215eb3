"""The summary of a batch: a row for each video and face."""

import csv
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float

from stc_jax import files
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError, printable
from stc_jax.predict.events import EventOptions, frame_times
from stc_jax.predict.prediction import Prediction
from stc_jax.tasks.registry import task_of

NAME = 'summary.csv'
_FIRST = ('video', 'name', 'face', 'seconds', 'label', 'events')
_LAST = ('distance', 'farthest', 'notes', 'error')
_SECONDS, _SHARE = 3, 4  # decimal places


class Summary:
  """Collects the rows of a batch, and writes them.

  Args:
    bundle: the model's, which names the columns.
    events: what counts as an event.
    videos: all of the batch, in the order of the rows.
  """

  def __init__(
    self, bundle: Bundle, events: EventOptions, videos: Iterable[pathlib.Path]
  ):
    names, column_of = bundle.names, task_of(bundle.task).column_of
    self._events = events
    self._shares = [*(f'share_{name}' for name in names), 'no_label']
    self._means = [f'mean_{column_of(name)}' for name in names]
    self._rows: dict[pathlib.Path, list[dict]] = {video: [] for video in videos}

  def add(self, path: pathlib.Path, name: str, prediction: Prediction) -> None:
    """Adds a row for each face of a video, or one if it has none.

    Args:
      path: of the video.
      name: of its files, without their endings.
      prediction: of the video.
    """
    notes = printable('; '.join(prediction.notes))
    of_video = {'video': printable(str(path)), 'name': name, 'notes': notes}
    if far := prediction.distance:
      of_video |= {'distance': far.largest, 'farthest': far.farthest}
    faces = [*self._face_rows(prediction)] or [{'seconds': 0.0, 'events': 0}]
    self._rows[path] = [of_video | row for row in faces]

  def add_failure(self, path: pathlib.Path, line: str) -> None:
    """Adds the row of a video that could not be predicted, and why."""
    self._rows[path] = [{'video': printable(str(path)), 'error': line}]

  def write(self, folder: pathlib.Path) -> None:
    """Writes the rows to a folder."""
    fields = [*_FIRST, *self._shares, *self._means, *_LAST]
    with (
      files.whole_file(folder / NAME) as part,
      part.open('w', encoding='utf-8', newline='') as file,
    ):
      writer = csv.DictWriter(file, fields, lineterminator='\n')
      writer.writeheader()
      writer.writerows(itertools.chain.from_iterable(self._rows.values()))

  def _face_rows(self, prediction: Prediction) -> Iterator[dict]:
    times = frame_times(prediction.table, prediction.fps)
    events = prediction.events_as(self._events)['face']
    for face in prediction.faces:
      rows = prediction.of_face(face)
      lasts = times[rows['frame'] + 1] - times[rows['frame']]
      named = prediction.task.named_by(rows['label'], prediction.names)
      shares = lasts @ np.column_stack([named, rows['label'] == '']) / lasts.sum()
      yield {
        'face': face,
        'seconds': round(float(lasts.sum()), _SECONDS),
        'label': prediction.label_of(face),
        'events': int((events == face).sum()),
        **_rounded(self._shares, shares),
        **_rounded(self._means, prediction.means_of(face)),
      }


def _rounded(fields: list[str], values: Float[np.ndarray, 'k']) -> dict:
  """The values by their fields; unknown ones are empty."""
  cells = ['' if np.isnan(value) else round(float(value), _SHARE) for value in values]
  return dict(zip(fields, cells, strict=True))


def is_summary(file: pathlib.Path) -> bool:
  """Whether a file is a summary of ours."""
  try:
    with file.open(encoding='utf-8', errors='replace') as opened:
      return file.name == NAME and opened.readline().startswith(','.join(_FIRST))
  except OSError:
    return False


def check_place(folder: pathlib.Path) -> None:
  """Checks that a summary replaces nothing but an earlier one.

  Raises:
    InputError: another file has its name.
  """
  place = folder / NAME
  if os.path.lexists(place) and not is_summary(place):
    raise InputError(
      f'{place}: is no summary of predictions, and would be overwritten; move it, or '
      'give another --out'
    )
