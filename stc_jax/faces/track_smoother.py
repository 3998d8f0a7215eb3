"""The track of one face in a stream of frames: fills gaps and smooths the eyes."""

import collections
import dataclasses
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from stc_jax.faces.detect import Face

_TRUNCATE = 4.0  # standard deviations; SciPy's value, which `offline_tracker` uses


@dataclasses.dataclass(frozen=True)
class Place:
  """Where a face is in one frame.

  Attributes:
    face: its number, from 1.
    tracklet: its number, from 1; a new one after every absence longer than `max_gap`.
    frame: the frame's number.
    box: left, top, right, bottom in pixels.
    eyes: (x, y) of the eye on the left of the frame, then of the other, in pixels.
    score: MTCNN's probability; NaN where box and eyes are interpolated.
  """

  face: int
  tracklet: int
  frame: int
  box: Float[np.ndarray, '4']
  eyes: Float[np.ndarray, '2 2']
  score: float


class TrackSmoother:
  """Fills the gaps of a face, and smooths its eyes.

  A face that was absent for longer than a gap has another `TrackSmoother` after that.
  """

  def __init__(self, face: int, number: int, smooth: float):
    self._face, self._number = face, number
    self._weights = _weights(smooth)
    self._radius = len(self._weights) // 2
    self._last: Place | None = None
    self._first = 0
    # Places that smoothing still needs; earlier ones have been returned.
    self._held: collections.deque[Place] = collections.deque()
    self._next = 0  # number of the next frame to return

  def lead_in(self, number: int, face: Face) -> Iterator[Place]:
    """Yields places for the frames before the first that shows the face."""
    yield from (p for frame in range(number) for p in self._missing(frame, face))

  def see(self, number: int, face: Face) -> Iterator[Place]:
    """Yields the place in a frame, and in the frames of the gap before it."""
    if self._last is not None:
      yield from self._filled(self._last, number, face)
    place = Place(self._face, self._number, number, face.box, face.eyes, face.score)
    yield from self._push(place)

  def hold(self, number: int) -> Iterator[Place]:
    """Yields places for the last frames up to `number`, which lack the face."""
    last = self._last
    for frame in range(last.frame + 1, number + 1):
      yield from self._missing(frame, last)

  def end(self) -> Iterator[Place]:
    """Yields the places that waited for later frames."""
    if self._last is not None:
      yield from self._settled(self._last.frame)

  def _filled(self, last: Place, number: int, face: Face) -> Iterator[Place]:
    for frame in range(last.frame + 1, number):
      share = (frame - last.frame) / (number - last.frame)
      between = dataclasses.replace(
        face,
        box=last.box + share * (face.box - last.box),
        eyes=last.eyes + share * (face.eyes - last.eyes),
      )
      yield from self._missing(frame, between)

  def _missing(self, number: int, like: Face | Place) -> Iterator[Place]:
    nan = float('nan')
    place = Place(self._face, self._number, number, like.box, like.eyes, nan)
    yield from self._push(place)

  def _push(self, place: Place) -> Iterator[Place]:
    if self._last is None:
      self._first = self._next = place.frame
    self._last = place
    self._held.append(place)
    yield from self._settled(place.frame - self._radius)

  def _settled(self, until: int) -> Iterator[Place]:
    """Yields the places up to a frame, with smoothed eyes."""
    while self._next <= until:
      oldest = self._held[0].frame
      around = self._next + np.arange(-self._radius, self._radius + 1)
      around = np.clip(around, self._first, self._last.frame) - oldest
      eyes = np.stack([self._held[i].eyes for i in around])
      eyes = np.tensordot(self._weights, eyes, 1)
      yield dataclasses.replace(self._held[self._next - oldest], eyes=eyes)
      self._next += 1
      while self._held[0].frame < max(self._first, self._next - self._radius):
        if len(self._held) == 1:
          break
        self._held.popleft()


def radius(smooth: float) -> int:
  """The number of frames on each side that smoothing reads."""
  return int(_TRUNCATE * smooth + 0.5)


def _weights(smooth: float) -> Float[np.ndarray, 'n']:
  """The weights of a Gaussian whose standard deviation is `smooth` frames; 0: one."""
  reach = radius(smooth)
  if not reach:
    return np.ones(1)
  weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / smooth) ** 2)
  return weights / weights.sum()
