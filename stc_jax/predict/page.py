"""A page with an answer's time line, in one file that needs no network."""

import base64
import html
import json
import math
import pathlib
import secrets
import string
import urllib.parse

import numpy as np

from stc_jax.predict.answer import Answer
from stc_jax.predict.colours import css

_HERE = pathlib.Path(__file__).parent
_SHOWS = 'The video, with what the model sees drawn into it'
_MOST_BINS = 6000  # of a time line; frames of longer videos are averaged
_MOST_EMBEDDED = 20 * 10**6  # bytes of a video
_PART = 3 * 2**16  # of it, encoded at a time: base64 joins after multiples of 3


def write(
  path: pathlib.Path, answer: Answer, title: str, video: pathlib.Path, about: str
) -> None:
  """Writes the page: its video is within, up to 20 MB, or else the file beside it.

  Without a video, where there is none.
  """
  if not video.exists():
    path.write_text(html_of(answer, title, '', about), encoding='utf-8')
    return
  if video.stat().st_size > _MOST_EMBEDDED:
    text = html_of(answer, title, urllib.parse.quote(video.name), about)
    path.write_text(text, encoding='utf-8')
    return
  mark = secrets.token_hex(16)
  before, after = html_of(answer, title, mark, about).split(mark)
  with path.open('w', encoding='utf-8') as page, video.open('rb') as film:
    page.write(before + 'data:video/mp4;base64,')
    while part := film.read(_PART):  # the whole may be large
      page.write(base64.b64encode(part).decode())
    page.write(after)


def html_of(answer: Answer, title: str, video: str = '', about: str = '') -> str:
  """The page as text.

  Args:
    answer: whose time line.
    title: above it.
    video: the address of its video, as a URL; '': without.
    about: a line below the title.
  """
  pieces = {
    name: (_HERE / f'page.{kind}').read_text(encoding='utf-8')
    for name, kind in (('style', 'css'), ('script', 'js'), ('page', 'html'))
  }
  player = f'<video controls playsinline aria-label="{_SHOWS}" src="{video}"></video>'
  notes = ''.join(f'<p class="note">{html.escape(note)}.</p>' for note in answer.notes)
  return string.Template(pieces['page']).substitute(
    title=html.escape(title),
    about=html.escape(about),
    notes=notes,
    video=player if video else '',
    summary=_summary(answer),
    data=_for_script(_data(answer)),
    style=pieces['style'],
    script=pieces['script'],
  )


def _for_script(value: dict) -> str:
  """JSON that can't end the element that it stands in."""
  text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(',', ':'))
  return text.replace('<', '\\u003c')


def _data(answer: Answer) -> dict:
  each = max(1, math.ceil(answer.frames / _MOST_BINS))  # frames of a bin
  bins = math.ceil(answer.frames / each)
  return {
    'names': answer.names,
    'colours': [css(number) for number in range(len(answer.names))],
    'fps': answer.fps,
    'seconds': answer.frames / answer.fps,
    'step': each / answer.fps,
    'bins': bins,
    'faces': [_face(answer, face, each) for face in answer.faces],
  }


def _face(answer: Answer, face: int, each: int) -> dict:
  """A face's columns, bin by bin: thousandths, or None."""
  rows = answer.of_face(face)
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
    'values': [_mean(rows[name] * 1000, places, count) for name in answer.columns],
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


def _summary(answer: Answer) -> str:
  """How long each face has each label, as a table."""
  if not answer.faces:
    return '<p>No face was found.</p>'
  lines = []
  for face in answer.faces:
    labels, counts = np.unique(answer.of_face(face)['label'], return_counts=True)
    for place in np.argsort(-counts, kind='stable'):
      share = counts[place] / answer.frames
      lines.append(
        f'<tr><td>{face}</td><td>{html.escape(str(labels[place])) or "no label"}</td>'
        f'<td>{counts[place] / answer.fps:.1f}</td><td>{100 * share:.0f} %</td></tr>'
      )
  head = '<tr><th>Face</th><th>Label</th><th>Seconds</th><th>Of the video</th></tr>'
  return f'<div class="wide"><table>{head}{"".join(lines)}</table></div>'
