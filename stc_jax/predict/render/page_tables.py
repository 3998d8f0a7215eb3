"""The tables of a prediction's page, as HTML."""

import html

import numpy as np
from jaxtyping import Shaped

from stc_jax.predict.prediction import Prediction

_MOST_EVENTS = 500  # in the table; all are in the file of events


def summary(prediction: Prediction) -> str:
  """How long each face has each label, as a table."""
  if not prediction.faces:
    return '<p>No face was found.</p>'
  lines = []
  for face in prediction.faces:
    labels, counts = np.unique(prediction.of_face(face)['label'], return_counts=True)
    for place in np.argsort(-counts, kind='stable'):
      label = html.escape(str(labels[place])) or 'no label'
      seconds = counts[place] / prediction.fps
      share = counts[place] / prediction.frames
      lines.append(
        f'<tr><td>{face}</td><td>{label}</td>'
        f'<td>{seconds:.1f}</td><td>{100 * share:.0f} %</td></tr>'
      )
  head = _head('Face', 'Label', 'Seconds', 'Of the video')
  return _scrolled('in_words', head, lines)


def _head(*titles: str) -> str:
  return '<tr>' + ''.join(f'<th scope="col">{title}</th>' for title in titles) + '</tr>'


def events_table(events: Shaped[np.ndarray, 'n']) -> str:
  """When each face has which label, as a table whose times set the video."""
  if not len(events):
    return '<section id="events"><h2>Events</h2><p>There are none.</p></section>'
  shown, several = events[:_MOST_EVENTS], len(np.unique(events['face'])) > 1
  lines = []
  for event in shown:
    onset, offset = float(event['onset']), float(event['offset'])
    begin = (
      f'<button type="button" data-onset="{onset:.4f}" data-offset="{offset:.4f}">'
      f'{_clock(onset)}</button>'
    )
    face = [str(event['face'])] if several else []
    shares = [
      f'{100 * event[f"{kind}_probability"]:.0f} %' for kind in ('mean', 'peak')
    ]
    cells = [begin, _clock(offset), *face, html.escape(str(event['label'])), *shares]
    lines.append(f'<tr>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
  more = len(events) - len(shown)
  rest = f'<p>{more} more are in the file of events.</p>' if more else ''
  head = _head('From', 'To', *(['Face'] if several else []), 'Label', 'Mean', 'Peak')
  table = _scrolled('of_events', head, lines)
  return f'<section id="events"><h2 id="of_events">Events</h2>{table}{rest}</section>'


def _scrolled(title: str, head: str, lines: list[str]) -> str:
  """A table in a region that scrolls, by the keyboard too; `title` is its heading."""
  return (
    f'<div class="wide" tabindex="0" role="region" aria-labelledby="{title}">'
    f'<table>{head}{"".join(lines)}</table></div>'
  )


def _clock(seconds: float) -> str:
  """As on the time line."""
  if seconds < 60:
    return f'{seconds:.2f} s'
  return f'{int(seconds // 60)}:{seconds % 60:04.1f}'
