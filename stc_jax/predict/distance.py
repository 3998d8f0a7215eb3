"""How far a video lies from a model's training clips, and the line that warns."""

import dataclasses
from collections.abc import Iterator
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
    value: the video's: the median over the windows that were classified.
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


class LookCollector:
  """Measures the windows of a video while they are classified.

  Args:
    looks: of the training clips.
  """

  def __init__(self, looks: ClipLooks):
    self._looks = looks
    self._places: list[tuple[int, float]] = []
    self._measures: list[Float[np.ndarray, 'measures']] = []

  def add(self, window: Window, place: tuple[int, float]) -> None:
    """Adds a window; `place` is as `RowCollector.place_of`."""
    own = window.video[: window.length]
    self._places.append(place)
    self._measures.append(measure(own, window.motion, self._looks.edges))

  def distance(self, table: Shaped[np.ndarray, 'n']) -> Distance | None:
    """The distance of the selected faces; None if no window of them was classified.

    Args:
      table: the rows of the selected faces.
    """
    selected = set(
      zip(table['frame'].tolist(), table['box_left'].tolist(), strict=True)
    )
    found = [
      own
      for place, own in zip(self._places, self._measures, strict=True)
      if place in selected
    ]
    if not found:
      return None
    medians = np.median(found, axis=0)
    values = {
      name: round(float(value), _DECIMALS)
      for name, value in zip(MEASURES, medians, strict=True)
    }
    return Distance(
      {name: self._beside(name, values[name]) for name in self._looks.ranges}
    )

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
