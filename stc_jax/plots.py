"""Pictures: their font, their style, and how they are saved.

The font comes with Matplotlib, so that pictures are the same on every machine.
"""

import contextlib
import functools
import io
import math
import pathlib
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from PIL import Image

from stc_jax import files

FONT = pathlib.Path(mpl.get_data_path(), 'fonts', 'ttf', 'DejaVuSans.ttf')
# Names may hold any letter: a dollar sign doesn't begin a formula.
_STYLE = {'font.family': 'DejaVu Sans', 'text.parse_math': False}
# Without shaping, letters that run from right to left come out in the wrong order.
_SHAPED = {'R', 'AL'}
# Font sizes of class names, in points.
_SMALLEST, _LARGEST = 5, 10


@contextlib.contextmanager
def style(**settings: Any) -> Iterator[None]:
  """Sets Matplotlib's style in a block, or in a function that it decorates.

  Letters that the font lacks are drawn as boxes, without a warning.

  Args:
    **settings: further entries of Matplotlib's `rcParams`.
  """
  with mpl.rc_context(_STYLE | settings), warnings.catch_warnings():
    warnings.filterwarnings('ignore', message=r'.*[Gg]lyph .* missing')
    warnings.filterwarnings('ignore', message='Matplotlib currently does not support')
    yield


def save_png(figure: Figure, path: pathlib.Path) -> None:
  """Writes a PNG whole or not at all."""
  out = io.BytesIO()
  with style():
    figure.savefig(out, dpi=150)
  files.write_bytes(path, out.getvalue())


def svg(figure: Figure) -> str:
  """The text of an SVG; the same figure gives the same text."""
  out = io.StringIO()
  metadata = {'Date': None, 'Creator': None}
  figure.savefig(out, format='svg', transparent=True, metadata=metadata)
  return out.getvalue()


def save_gif(frames: Sequence[UInt8[np.ndarray, 'h w 3']], path: pathlib.Path) -> None:
  """Writes an endless animation of four frames a second, whole or not at all."""
  first, *others = [Image.fromarray(frame) for frame in frames]
  out = io.BytesIO()
  first.save(out, 'GIF', append_images=others, save_all=True, duration=250, loop=0)
  files.write_bytes(path, out.getvalue())


def class_ticks(
  axis: Axis, classes: Sequence[str], inches: float, rotation: float = 0
) -> None:
  """Writes class names along an axis, at 0, 1, ...; of too many only every nth.

  Args:
    axis: of the picture.
    classes: in their order; see `drawable`.
    inches: the axis's length.
    rotation: of the names, in degrees. Letters are as large as fits where each name
      takes one line along the axis.
  """
  points = 72 * inches / len(classes)  # of each class
  every = max(1, math.ceil(_SMALLEST / (0.8 * points)))
  names = drawable(classes)
  axis.set_ticks(range(0, len(names), every), names[::every], rotation=rotation)
  size = min(_LARGEST, 0.8 * points * every)
  axis.set_tick_params(labelsize=size)
  if 0 < rotation < 90:
    for label in axis.get_ticklabels():
      label.set_horizontalalignment('right')


def smooth(curves: Float[np.ndarray, 'trials steps']) -> np.ndarray:
  """A running mean over 1/25 of the steps; single batches are too noisy to read."""
  width = max(1, curves.shape[1] // 25)
  sums = np.cumsum(np.pad(curves, ((0, 0), (1, 0))), axis=1)
  ends = np.arange(1, curves.shape[1] + 1)
  starts = np.maximum(ends - width, 0)
  return (sums[:, ends] - sums[:, starts]) / (ends - starts)


def drawable(names: Sequence[str]) -> list[str]:
  """The names; one that the font can't draw is replaced, the second by 'class 2'."""
  return [
    name if _can_draw(name) else f'class {number}'
    for number, name in enumerate(names, start=1)
  ]


def font_notes(names: Sequence[str]) -> tuple[str, ...]:
  """A sentence on the names that pictures replace, if there are any."""
  replaced = [
    f'{shown} is {name}'
    for name, shown in zip(names, drawable(names), strict=True)
    if name != shown
  ]
  if not replaced:
    return ()
  return (f'the font of pictures lacks some letters: there {", ".join(replaced)}',)


def _can_draw(text: str) -> bool:
  return all(
    ord(letter) in _letters() and unicodedata.bidirectional(letter) not in _SHAPED
    for letter in text
  )


@functools.cache
def _letters() -> frozenset[int]:
  return frozenset(FT2Font(str(FONT)).get_charmap())
