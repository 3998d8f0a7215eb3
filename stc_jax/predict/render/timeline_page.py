"""Writes a page with a prediction's time line, one file that needs no network."""

import base64
import html
import json
import math
import pathlib
import secrets
import string
import urllib.parse

import numpy as np
from jaxtyping import Shaped

from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import page_tables
from stc_jax.predict.render.palette import css

_HERE = pathlib.Path(__file__).parent
_CAPTION = 'The video, with what the model sees drawn into it'
_MOST_BINS = 6000  # of a time line; longer videos have several frames in a bin
_MOST_EMBEDDED = 20 * 10**6  # bytes of a video
# Bytes that are encoded at a time; base64 can be joined after a multiple of 3.
_PART = 3 * 2**16


def write(
  path: pathlib.Path,
  prediction: Prediction,
  title: str,
  video: pathlib.Path,
  about: str,
) -> None:
  """Writes the page.

  Args:
    path: of the page.
    prediction: whose time line is shown.
    title: of the page.
    video: the annotated video, if there is such a file. Up to 20 MB it is embedded;
      else the page links to the file beside it.
    about: a line below the title.
  """
  if not video.exists():
    path.write_text(html_of(prediction, title, '', about), encoding='utf-8')
    return
  if video.stat().st_size > _MOST_EMBEDDED:
    text = html_of(prediction, title, urllib.parse.quote(video.name), about)
    path.write_text(text, encoding='utf-8')
    return
  mark = secrets.token_hex(16)
  before, after = html_of(prediction, title, mark, about).split(mark)
  with path.open('w', encoding='utf-8') as page, video.open('rb') as film:
    page.write(before + 'data:video/mp4;base64,')
    while part := film.read(_PART):  # the video may be large
      page.write(base64.b64encode(part).decode())
    page.write(after)


def html_of(
  prediction: Prediction,
  title: str,
  video: str = '',
  about: str = '',
  events: Shaped[np.ndarray, 'n'] | None = None,
) -> str:
  """The page as text.

  Args:
    prediction: whose time line is shown.
    title: of the page.
    video: the URL of the annotated video; '' leaves the video out.
    about: a line below the title.
    events: as of `Prediction.events`, shown beside the time line; None shows none.
  """
  pieces = {
    name: (_HERE / f'page.{kind}').read_text(encoding='utf-8')
    for name, kind in (('style', 'css'), ('script', 'js'), ('page', 'html'))
  }
  player = f'<video controls playsinline aria-label="{_CAPTION}" src="{video}"></video>'
  notes = ''.join(
    f'<p class="note">{html.escape(note)}.</p>' for note in prediction.notes
  )
  return string.Template(pieces['page']).substitute(
    title=html.escape(title),
    about=html.escape(about),
    notes=notes,
    video=player if video else '',
    summary=page_tables.summary(prediction),
    events='' if events is None else page_tables.events_table(events),
    data=_for_script(_data(prediction)),
    style=pieces['style'],
    script=pieces['script'],
  )


def _for_script(value: dict) -> str:
  """JSON that can stand in a script element: it holds no '<'."""
  text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(',', ':'))
  return text.replace('<', '\\u003c')


def _data(prediction: Prediction) -> dict:
  each = max(1, math.ceil(prediction.frames / _MOST_BINS))  # frames of a bin
  bins = math.ceil(prediction.frames / each)
  return {
    'names': prediction.names,
    'colours': [css(number) for number in range(len(prediction.names))],
    'fps': prediction.fps,
    'seconds': prediction.frames / prediction.fps,
    'step': each / prediction.fps,
    'bins': bins,
    'faces': [_face(prediction, face, each) for face in prediction.faces],
  }


def _face(prediction: Prediction, face: int, each: int) -> dict:
  """A face's columns, a value for each bin; None where it is unknown.

  Probabilities are in thousandths, the motion in tenths of a level.
  """
  rows = prediction.of_face(face)
  places = rows['frame'] // each
  first, count = int(places[0]), int(places[-1] - places[0]) + 1
  places = places - first
  labels = np.full(count, '', rows['label'].dtype)
  labels[places] = rows['label']
  return {
    'face': face,
    'first': first,
    'there': np.isin(np.arange(count), places).astype(int).tolist(),
    'labels': labels.tolist(),
    'values': [_mean(rows[name] * 1000, places, count) for name in prediction.columns],
    'motion': _mean(rows['motion'] * 10, places, count),
  }


def _mean(values: np.ndarray, places: np.ndarray, count: int) -> list[int | None]:
  known = ~np.isnan(values)
  sums = np.bincount(places[known], values[known], count)
  counts = np.bincount(places[known], minlength=count)
  return [
    round(total / number) if number else None
    for total, number in zip(sums.tolist(), counts.tolist(), strict=True)
  ]
