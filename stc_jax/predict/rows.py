"""The rows of an answer: where each face was, and what its windows say there."""

import array
from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from stc_jax.faces.stream import FaceCrop
from stc_jax.predict.prediction import PLACE_FIELDS, column_of, labels_of
from stc_jax.predict.sliding import Batches, Stretch, Tally, Windows, stretch_of

# What is kept of a place: all fields of a row up to the motion, but for the time.
_PLACED = [name for name, _ in PLACE_FIELDS if name not in ('approx_time', 'motion')]


class Rows:
  """Of a stretch, frame by frame: places, and a tally."""

  def __init__(self, stretch: Stretch):
    self._stretch: Stretch | None = stretch
    self._numbers = array.array('d')
    self.tally: Tally = stretch.tally
    self.last = -1

  def __len__(self) -> int:
    return self.tally.frames

  def add(self, cut: FaceCrop) -> None:
    """Takes the next frame's face."""
    place = cut.place
    self._numbers.extend((place.frame, place.face, place.score))
    self._numbers.extend((*place.box.tolist(), *place.eyes.ravel().tolist()))
    self._stretch.add(cut.crop)
    self.last = place.frame

  def end(self) -> None:
    """Shows the model what is left; no more is added."""
    self._stretch.end()
    self._stretch = None  # with its crops

  def places(self) -> np.ndarray:
    """float64 [t, fields], as `_PLACED`."""
    return np.frombuffer(self._numbers).reshape(-1, len(_PLACED))


class Told:
  """All stretches of all faces; those that are over hold no pictures any more.

  Args:
    windows: how the model is shown them.
    batches: asks it.
    outputs: how many it has.
    lateness: at most so many frames late a face's place is told.
  """

  def __init__(self, windows: Windows, batches: Batches, outputs: int, lateness: int):
    self._new = lambda: stretch_of(windows, batches, outputs)
    self._batches, self._lateness = batches, lateness
    self._open: dict[int, Rows] = {}
    self._over: list[Rows] = []

  def add(self, cut: FaceCrop) -> None:
    """Takes a frame's face."""
    stretch = cut.place.stretch
    if stretch not in self._open:
      self._close(cut.place.frame - self._lateness - 1)
      self._open[stretch] = Rows(self._new())
    self._open[stretch].add(cut)

  def end(self) -> list[Rows]:
    """Returns all stretches, with all that the model says."""
    self._close(None)
    self._batches.flush()
    return self._over

  def _close(self, before: int | None) -> None:
    """Ends those whose last frame lies before this one; None: all."""
    for stretch, rows in list(self._open.items()):
      if before is None or rows.last < before:
        rows.end()
        self._over.append(self._open.pop(stretch))


def table(
  stretches: Sequence[Rows], names: tuple[str, ...], is_detection: bool, fps: float
) -> Shaped[np.ndarray, 'n']:
  """The rows of `Prediction.table`, of the frames that have a face."""
  columns = [column_of(name, is_detection) for name in names]
  parts = [_part(one, names, columns, is_detection, fps) for one in stretches]
  empty = np.zeros(0, _dtype(names, columns, is_detection))
  made = np.concatenate([empty, *parts])
  return made[np.lexsort((made['face'], made['frame']))]


def blank(like: Shaped[np.ndarray, 'n'], frames: np.ndarray, fps: float) -> np.ndarray:
  """Rows of frames without a face."""
  rows = np.zeros(len(frames), like.dtype)
  for name in like.dtype.names[3:-1]:
    rows[name] = np.nan
  rows['frame'], rows['approx_time'] = frames, frames / fps
  return rows


def _dtype(names: Sequence[str], columns: Sequence[str], is_detection: bool) -> list:
  longest = len('+'.join(names)) if is_detection else max(map(len, names))
  of_outputs = [(column, np.float32) for column in columns]
  return [*PLACE_FIELDS, *of_outputs, ('label', f'U{longest}')]


def _part(
  one: Rows, names: tuple[str, ...], columns: list[str], is_detection: bool, fps: float
) -> np.ndarray:
  made = np.zeros(len(one), _dtype(names, columns, is_detection))
  for name, column in zip(_PLACED, one.places().T, strict=True):
    made[name] = column
  made['approx_time'] = made['frame'] / fps
  made['motion'] = one.tally.motion
  means = one.tally.means()
  for name, column in zip(columns, means.T, strict=True):
    made[name] = column
  made['label'] = labels_of(means, names, is_detection)
  return made
