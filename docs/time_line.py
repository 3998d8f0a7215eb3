"""Draws docs/time_line.png: what a model of the demo says of three rendered videos.

    make demo
    python -m docs.time_line runs/demo

The face is rendered, of a person of no set. Each video goes from rest to an expression,
and is predicted alone; the picture shows them one after another. That in the repository
is of a model of one trial, trained for a third of the demo's steps:

    python -m stc_jax.main --config=launch/synthetic.py --workdir=runs/short \
      --config.execution.first_trials=1 \
      --config.training.stages='((2667, 0.0004), (667, 0.00004))'
"""

import io
import pathlib
import sys

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import stc_jax
from stc_jax import plots
from stc_jax.datasets.synthetic_faces import unseen_clip
from stc_jax.predict.render import palette

_OUT = pathlib.Path(__file__).parent / 'time_line.png'
_SHOWN = ('happiness', 'surprise', 'anger')
_FPS, _STRIP, _INK = 12.0, 3, '#30343b'
_COLOURS = 128  # of the file, which stays small


def main(run: str) -> None:
  """Predicts the videos, and draws frames, probabilities and events over time."""
  videos = [unseen_clip.render(emotion) for emotion in _SHOWN]
  answers = stc_jax.load(run).predict(videos, fps=_FPS)
  figure = Figure(figsize=(9, 3.4), layout='constrained')
  strip, chart, bar = figure.subplots(3, 1, sharex=True, height_ratios=(2, 2.4, 0.5))
  start = 0.0
  for shown, frames, answer in zip(_SHOWN, videos, answers, strict=True):
    seconds = len(frames) / _FPS
    _draw_frames(strip, frames, start, seconds)
    middle = start + seconds / 2
    strip.text(middle, 1.04, f'shown: {shown}', ha='center', fontsize=9, color=_INK)
    _draw_answer(chart, bar, answer, start)
    start += seconds
    chart.axvline(start, color='#c8ccd2', lw=0.8)
  strip.set(aspect='auto', xlim=(0, start), ylim=(0, 1))
  chart.set(ylim=(0, 1), ylabel='probability')
  chart.spines[['top', 'right']].set_visible(False)
  lines = chart.get_lines()[: len(answers[0].names)]
  chart.legend(
    lines, answers[0].names, loc='upper left', bbox_to_anchor=(1, 1.05), frameon=False
  )
  bar.set(ylim=(0, 1), xlabel='time (s)', yticks=[])
  bar.spines[['top', 'right', 'left']].set_visible(False)
  strip.axis('off')
  _save(figure)


def _draw_frames(strip, frames: np.ndarray, start: float, seconds: float) -> None:
  width = seconds / _STRIP
  for place in range(_STRIP):
    frame = frames[round((place + 0.5) * len(frames) / _STRIP)]
    left = start + place * width
    strip.imshow(frame[::2, ::2], extent=(left, left + width, 0, 1))


def _draw_answer(chart, bar, answer, start: float) -> None:
  times = start + answer.table['approx_time']
  for number, column in enumerate(answer.columns):
    chart.plot(times, answer.table[column], color=_colour(number), lw=1.8)
  for event in answer.events(min_event=0.2):
    onset, offset = start + event['onset'], start + event['offset']
    colour = _colour(answer.names.index(str(event['label'])))
    bar.axvspan(onset, offset, color=colour, lw=0)
    words = {'ha': 'center', 'va': 'center', 'fontsize': 9, 'color': _INK}
    if event['duration'] > 0.7:
      bar.text((onset + offset) / 2, 0.5, event['label'], **words)


def _colour(number: int) -> tuple[float, ...]:
  return tuple(level / 255 for level in palette.colour(number))


def _save(figure: Figure) -> None:
  drawn = io.BytesIO()
  with plots.style():
    figure.savefig(drawn, dpi=120)
  picture = Image.open(drawn).convert('RGB')
  picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(_OUT, optimize=True)


if __name__ == '__main__':
  main(sys.argv[1])
