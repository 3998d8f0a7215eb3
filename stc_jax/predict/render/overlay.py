"""Draws a prediction into its video: boxes, labels, and a moving chart below."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from jaxtyping import Shaped, UInt8

from stc_jax import plots
from stc_jax.errors import message_of
from stc_jax.faces.decoding.container import blames_video
from stc_jax.faces.images import resized
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import mp4, text
from stc_jax.predict.render.palette import NO_LABEL, colour
from stc_jax.predict.sources import Source

# The least and most pixels of a picture's longer side; text needs the least.
_SIDES = 480, 1280
_GROUND, _GRID, _INK = (20, 23, 28), (52, 58, 68), (226, 230, 236)
_SECONDS = 6.0  # of the chart
_LEGEND = 0.34  # share of the width


class Overlay:
  """Draws boxes, labels and a chart of probabilities into the frames of a video.

  Args:
    prediction: what is drawn.

  Attributes:
    height, width: of the pictures, even.
  """

  def __init__(self, prediction: Prediction):
    self._prediction, names = prediction, prediction.names
    self._names = dict(zip(names, plots.drawable(names), strict=True))
    height, width = prediction.size
    longer = max(height, width)
    self._scale = min(max(longer, _SIDES[0]), _SIDES[1]) / longer
    self.width = _even(width * self._scale)
    self._above = _even(height * self._scale)
    self._font = max(11, self.width // 52)
    self._panel = _even((len(names) + 0.8) * 1.45 * self._font)
    self.height = self._above + self._panel
    self._starts = np.searchsorted(
      prediction.table['frame'], np.arange(prediction.frames + 1)
    ).tolist()
    self._is_alone = len(prediction.faces) < 2
    rows = _rows_of_chart(prediction)
    self._values = np.stack([rows[name] for name in prediction.columns], axis=1)
    self._faces = rows['face']
    self._frames = rows['frame'].copy()  # contiguous: every picture searches it

  def draw(
    self, number: int, frame: UInt8[np.ndarray, 'h w 3']
  ) -> UInt8[np.ndarray, 'h2 w2 3']:
    """Returns the picture of frame `number`."""
    picture = np.empty((self.height, self.width, 3), np.uint8)
    frame = np.ascontiguousarray(np.rot90(frame, self._prediction.turned))
    above = np.ascontiguousarray(resized(frame, self._above, self.width))
    first, stop = self._starts[number : number + 2]
    for row in self._prediction.table[first:stop]:
      if row['face']:
        self._draw_face(above, row)
    picture[: self._above] = above
    picture[self._above :] = self._chart(number)
    return picture

  def _draw_face(self, picture: np.ndarray, row: np.void) -> None:
    sides = [row[f'box_{side}'] for side in ('left', 'top', 'right', 'bottom')]
    left, top, right, bottom = (round(float(s) * self._scale) for s in sides)
    inside = (2, 2, self.width - 3, self._above - 3)
    left, top = max(left, inside[0]), max(top, inside[1])
    right, bottom = min(right, inside[2]), min(bottom, inside[3])
    own, thick = self._colour_of(row), max(2, self.width // 320)
    cv2.rectangle(picture, (left, top), (right, bottom), own, thick, cv2.LINE_AA)
    self._draw_tag(picture, self._tag(row), (left, top), own)

  def _draw_tag(self, picture, tag: str, corner: tuple[int, int], own) -> None:
    pad, font = max(3, self._font // 3), self._font
    wide, tall = text.width(tag, font) + 2 * pad, round(1.3 * font) + pad
    left = max(0, min(corner[0], self.width - wide))
    top = corner[1] - tall if corner[1] >= tall else corner[1]
    picture[top : top + tall, left : left + wide] = own
    ink = (0, 0, 0) if sum(own) > 330 else (255, 255, 255)
    text.draw(picture, tag, (left + pad, top + pad // 2), font, ink)

  def _tag(self, row: np.void) -> str:
    words, label = [] if self._is_alone else [str(row['face'])], str(row['label'])
    if label:
      probability = row[self._prediction.columns[self._output_of(label)]]
      shown = self._names.get(label, label)
      label = self._prediction.task.caption_of(shown, probability)
    return ' · '.join([*words, label or 'no label'])

  def _colour_of(self, row: np.void) -> tuple[int, int, int]:
    label = str(row['label'])
    return colour(self._output_of(label)) if label else NO_LABEL

  def _output_of(self, label: str) -> int:
    """The number of the first output that a label names."""
    names = self._prediction.names
    return names.index(label if label in names else label.split('+')[0])

  def _chart(self, number: int) -> UInt8[np.ndarray, 'p w 3']:
    """The probabilities of the last seconds, and those of this frame."""
    chart = np.full((self._panel, self.width, 3), _GROUND, np.uint8)
    legend = self.width - round(self.width * _LEGEND)
    top, low = self._font, self._panel - self._font // 2
    for share in (0.0, 0.5, 1.0):
      y = round(low - share * (low - top))
      cv2.line(chart, (self._font, y), (legend - self._font, y), _GRID, 1)
    shown = int(_SECONDS * self._prediction.fps) + 1
    first, stop = np.searchsorted(self._frames, (number - shown, number + 1))
    frames, values = self._frames[first:stop], self._values[first:stop]
    faces = self._faces[first:stop]
    right = legend - self._font
    x = right + (frames - number) * (right - self._font) / shown
    for output in range(values.shape[1]):
      y = low - values[:, output] * (low - top)
      for part in _unbroken(frames, faces, values[:, output]):
        points = np.stack([x[part], y[part]], 1)
        fixed = np.round(points * 16).astype(np.int32)  # 4 fractional bits
        thick = max(1, self.width // 480)
        cv2.polylines(chart, [fixed], False, colour(output), thick, cv2.LINE_AA, 4)
    now = values[-1] if len(frames) and frames[-1] == number else None
    self._draw_legend(chart, legend, now)
    return chart

  def _draw_legend(self, chart, left: int, now: Shaped[np.ndarray, 'k'] | None) -> None:
    line, font = 1.45 * self._font, self._font
    bar = left + round(0.62 * (self.width - left))
    for output, name in enumerate(self._names.values()):
      y = round(0.4 * line + output * line)
      value = float('nan') if now is None else float(now[output])
      ink = _INK if value == value else NO_LABEL
      text.draw(chart[:, : bar - 4], name, (left, y), font, ink)
      end = self.width - font
      cv2.rectangle(chart, (bar, y + 3), (end, y + font), _GRID, -1)
      if value == value:
        reach = round(bar + value * (end - bar))
        cv2.rectangle(chart, (bar, y + 3), (reach, y + font), colour(output), -1)


def write_video(
  path: pathlib.Path,
  prediction: Prediction,
  source: Source,
  on_frame: Callable[[], None],
) -> Prediction:
  """Writes the annotated video, with the sound of the source.

  The prediction must not be lost to a video that can't be made, so a video's fault is
  a note.

  Args:
    path: of the MP4 file.
    prediction: what is drawn.
    source: of the frames, which are read a second time.
    on_frame: called for every frame drawn.

  Returns:
    The prediction, with a note if the video or its sound could not be made.
  """
  try:
    overlay = Overlay(prediction)
    size = overlay.height, overlay.width
    with contextlib.closing(_pictures(overlay, source, on_frame)) as pictures:
      mp4.write(path, pictures, size, prediction.fps)
    missing = mp4.add_sound(path, source.path) if source.is_video else ''
  except Exception as error:
    path.unlink(missing_ok=True)
    if not blames_video(error):
      raise
    missing = f'the annotated video could not be made ({message_of(error)})'
  notes = (*prediction.notes, missing) if missing else prediction.notes
  return dataclasses.replace(prediction, notes=notes)


def _pictures(
  overlay: Overlay, source: Source, on_frame: Callable[[], None]
) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  for number, frame in enumerate(source.frames()):
    on_frame()
    yield overlay.draw(number, frame)


def _rows_of_chart(prediction: Prediction) -> Shaped[np.ndarray, 'n']:
  """All rows with a face, or those of the main face where a frame has several."""
  rows = prediction.table[prediction.table['face'] > 0]
  one_each = (np.diff(rows['frame']) > 0).all()
  return rows if one_each else prediction.of_face(prediction.main_face)


def _unbroken(
  frames: np.ndarray, faces: np.ndarray, values: np.ndarray
) -> list[np.ndarray]:
  """The indices of each run of consecutive frames of a face that have a value."""
  known = np.flatnonzero(~np.isnan(values))
  is_other = (np.diff(frames[known]) > 1) | (np.diff(faces[known]) != 0)
  breaks = np.flatnonzero(is_other) + 1
  return [part for part in np.split(known, breaks) if len(part)]


def _even(size: float) -> int:
  return max(2, 2 * round(size / 2))
