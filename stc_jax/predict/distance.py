"""How far a video lies from a model's training clips, and the line that warns."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from stc_jax.data.looks import FAR, MEASURES, ClipLooks, measure
from stc_jax.predict.windowing import Window

_DECIMALS = 4
# What a value below or above those of the training clips means.
_BELOW = {
  'motion': 'less motion',
  'brightness': 'darker',
  'contrast': 'flatter',
  'sharpness': 'more blurred',
  'colour': 'less colour',
  'framing': 'the face is cropped, sized or turned differently',
}
_ABOVE = {
  'motion': 'more motion, of the head or the camera',
  'brightness': 'brighter',
  'contrast': 'harsher',
  'sharpness': 'sharper, or with more noise',
  'colour': 'more colour',
}


class MeasuredValue(NamedTuple):
  """A measure of a video beside that of the training clips.

  Attributes:
    value: the video's: the median over its windows.
    low, high: the 5th and 95th percentile over the training clips.
    distance: how far the value lies outside, in units of their difference; 0 within.
  """

  value: float
  low: float
  high: float
  distance: float


@dataclasses.dataclass(frozen=True)
class Distance:
  """How far a video lies from a model's training clips.

  Attributes:
    measures: by name; stc_jax/data/looks.py describes them.
  """

  measures: dict[str, MeasuredValue]

  @property
  def farthest(self) -> str:
    """The measure with the largest distance."""
    return max(self.measures, key=lambda name: self.measures[name].distance)

  @property
  def largest(self) -> float:
    """The largest distance of all measures."""
    return self.measures[self.farthest].distance

  @property
  def is_far(self) -> bool:
    """Whether the video lies outside of the training clips."""
    return self.largest > FAR

  def notes(self) -> Iterator[str]:
    """Yields a line of warning if the video lies outside."""
    if self.is_far:
      far = [self._said(n, m) for n, m in self.measures.items() if m.distance > FAR]
      yield (
        f'the video lies outside of the training clips, so answers may be worse: '
        f'{"; ".join(far)}'
      )

  def _said(self, name: str, found: MeasuredValue) -> str:
    words = (_BELOW if found.value < found.low else _ABOVE)[name]
    there = f'{found.low:.3g} to {found.high:.3g}'
    return f'{name} is {found.value:.3g}, there {there} ({words})'


class _MeasuredWindow(NamedTuple):
  """A window's place, as `RowCollector.place_of`, and its measures."""

  place: tuple[int, float]
  is_classified: bool
  measures: Float[np.ndarray, 'measures']


class LookCollector:
  """Measures the windows of a video as they pass.

  Args:
    looks: of the training clips.
  """

  def __init__(self, looks: ClipLooks):
    self._looks = looks
    self._windows: list[_MeasuredWindow] = []

  def record(
    self, windows: Iterable[Window], place_of: Callable[[Window], tuple[int, float]]
  ) -> Iterator[Window]:
    """Passes windows on, and measures each; `place_of` is of a `RowCollector`."""
    for window in windows:
      own = window.video[: window.length]
      found = measure(own, window.motion, self._looks.edges)
      place = place_of(window)
      self._windows.append(_MeasuredWindow(place, window.is_classified, found))
      yield window

  def distance(self, table: Shaped[np.ndarray, 'n']) -> Distance | None:
    """The distance of the selected faces; None if there is none.

    The windows that were classified count. If none was, for lack of motion, all count,
    and motion is left out.

    Args:
      table: the rows of the selected faces.
    """
    columns = table['frame'].tolist(), table['box_left'].tolist()
    selected = set(zip(*columns, strict=True))
    own = [window for window in self._windows if window.place in selected]
    classified = [window for window in own if window.is_classified]
    names = [n for n in self._looks.ranges if classified or n != 'motion']
    if not (own and names):
      return None
    medians = np.median([window.measures for window in classified or own], axis=0)
    values = dict(zip(MEASURES, np.round(medians, _DECIMALS).tolist(), strict=True))
    return Distance({name: self._beside(name, values[name]) for name in names})

  def _beside(self, name: str, value: float) -> MeasuredValue:
    own = self._looks.ranges[name]
    distance = round(self._looks.distance(name, value), _DECIMALS)
    low, high = (round(own[end], _DECIMALS) for end in ('low', 'high'))
    return MeasuredValue(value, low, high, distance)


def as_json(distance: Distance | None) -> dict | None:
  """A distance, ready for JSON."""
  if distance is None:
    return None
  measures = {name: found._asdict() for name, found in distance.measures.items()}
  farthest = {'largest': distance.largest, 'farthest': distance.farthest}
  return farthest | {'measures': measures}


def from_json(recorded: dict | None) -> Distance | None:
  """A distance that `as_json` wrote."""
  if recorded is None:
    return None
  measures = recorded['measures'].items()
  return Distance({name: MeasuredValue(**values) for name, values in measures})
