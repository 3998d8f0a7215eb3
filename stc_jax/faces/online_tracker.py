"""Follows every face of a video online: memory doesn't grow with the video.

It does for a stream of frames what `offline_tracker` does for a whole clip. Faces are
matched by overlap, a gap of up to `max_gap` frames is filled from the frames around it,
and eyes are smoothed, so a position is known a few frames late. A face's track ends at
the end of a shot (see `shots`).
"""

import collections
import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from stc_jax.faces import shots
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.detect import Face
from stc_jax.faces.offline_tracker import SAME_FACE, overlap

# A face that is back within so long, where it was, is the same one.
_REMEMBERED_SECONDS = 2.0
_TRUNCATE = 4.0  # deviations: as SciPy smooths, and so `offline_tracker`


@dataclasses.dataclass(frozen=True)
class Place:
  """Where a face is in one frame.

  Attributes:
    face: its number, from 1.
    stretch: another one whenever the face was missing for longer than a gap.
    frame: number of the frame.
    box: left, top, right, bottom in pixels.
    eyes: (x, y) of the eye on the left of the frame, then of the other, in pixels.
    score: MTCNN's probability; NaN where box and eyes come from frames around.
  """

  face: int
  stretch: int
  frame: int
  box: Float[np.ndarray, '4']
  eyes: Float[np.ndarray, '2 2']
  score: float


def lateness(how: Alignment) -> int:
  """At most so many frames late a place is given."""
  return how.max_gap + 1 + _radius(how.smooth)


class Follower:
  """Takes each frame's faces in turn, and gives places once they are certain.

  Args:
    how: its `max_gap` and `smooth` count.
    fps: frames a second.

  Attributes:
    shot: the number of the frame that the present shot begins with.
  """

  def __init__(self, how: Alignment, fps: float):
    self._gap, self._smooth, self._fps = how.max_gap, how.smooth, fps
    self._remembered = max(self._gap + 1, round(_REMEMBERED_SECONDS * fps))
    self._tracks: list[_Track] = []
    self._faces = self._stretches = self._frames = self.shot = 0

  def add(
    self, faces: Sequence[Face], looks: Sequence[np.ndarray], begins_shot: bool
  ) -> list[Place]:
    """Takes the next frame; returns the places that are certain now.

    Args:
      faces: found there.
      looks: of each, as `shots.small_face` has it.
      begins_shot: whether the picture jumps.
    """
    number, places = self._frames, []
    self._frames += 1
    least = shots.FACE_AT_CUT if begins_shot else shots.FACE
    self.shot = number if begins_shot else self.shot
    for row, track in self._matched(faces):
      face, look = faces[row], looks[row]
      if track is not None and not track.goes_on(look, number / self._fps, least):
        self.shot = number
        places += self._leave(track)
        track = None
      if track is None:
        track = self._new_track(face, look)
        if not self.shot and number <= self._gap:  # as in training: they lack the face
          places += track.stretch.lead_in(number, face)
      elif number - track.seen > self._gap + 1:
        track.stretch = self._new_stretch(track.face)
      places += track.stretch.see(number, face)
      track.seen, track.box = number, face.box
    for track in self._tracks:
      if begins_shot and track.seen < number:
        places += self._leave(track)
    for track in self._tracks:
      if number - track.seen == self._gap + 1:  # for too long to be filled
        places += track.stretch.end()
    self._tracks = [t for t in self._tracks if number - t.seen < self._remembered]
    return places

  def end(self) -> list[Place]:
    """Returns what is left once the video has ended."""
    places = []
    for track in self._tracks:
      if self._frames - track.seen <= self._gap + 1:
        places += [*track.stretch.hold(self._frames - 1), *track.stretch.end()]
    self._tracks = []
    return places

  def _leave(self, track: '_Track') -> Iterator[Place]:
    """Forgets a face, which ends where it was seen last."""
    self._tracks = [other for other in self._tracks if other is not track]
    if self._frames - 1 - track.seen <= self._gap + 1:
      yield from track.stretch.end()

  def _new_track(self, face: Face, look: np.ndarray) -> '_Track':
    self._faces += 1
    stretch, number = self._new_stretch(self._faces), self._frames - 1
    track = _Track(self._faces, stretch, number, face.box)
    track.look.follow(look, 0.0, number / self._fps)
    self._tracks.append(track)
    return track

  def _new_stretch(self, face: int) -> '_Stretch':
    self._stretches += 1
    return _Stretch(face, self._stretches, self._smooth)

  def _matched(self, faces: Sequence[Face]) -> Iterator[tuple[int, '_Track | None']]:
    """Yields each face's index and track, the best overlap first; None: a new one."""
    tracks = list(self._tracks)
    shared = np.array(
      [[overlap(face.box, track.box) for track in tracks] for face in faces]
    ).reshape(len(faces), len(tracks))
    left = set(range(len(faces)))
    while shared.size and shared.max() >= SAME_FACE:
      row, column = np.unravel_index(shared.argmax(), shared.shape)
      yield int(row), tracks[column]
      shared[row], shared[:, column] = 0, 0
      left.remove(row)
    for row in sorted(left):
      yield row, None


@dataclasses.dataclass
class _Track:
  """A face that is there, or was lately: where, in which frame last, how it looked."""

  face: int
  stretch: '_Stretch'
  seen: int
  box: np.ndarray
  look: shots.Seen = dataclasses.field(default_factory=shots.Seen)

  def goes_on(self, look: np.ndarray, seconds: float, least: shots.Least) -> bool:
    """Whether this is how the face may look now; if so, remembers it."""
    difference = self.look.difference(look)
    if self.look.is_jump(difference, seconds, least):
      return False
    self.look.follow(look, difference, seconds)
    return True


class _Stretch:
  """One face without interruption: gaps filled, eyes smoothed."""

  def __init__(self, face: int, number: int, smooth: float):
    self._face, self._number = face, number
    self._weights = _weights(smooth)
    self._radius = len(self._weights) // 2
    self._last: Place | None = None
    self._first = 0
    # What smoothing still needs; those before are given already.
    self._held: collections.deque[Place] = collections.deque()
    self._next = 0  # frame number that is given next

  def lead_in(self, number: int, face: Face) -> Iterator[Place]:
    """The frames before the first one that shows the face."""
    yield from (p for frame in range(number) for p in self._missing(frame, face))

  def see(self, number: int, face: Face) -> Iterator[Place]:
    """The face in a frame, and in those between that lack it."""
    if self._last is not None:
      yield from self._filled(self._last, number, face)
    place = Place(self._face, self._number, number, face.box, face.eyes, face.score)
    yield from self._push(place)

  def hold(self, number: int) -> Iterator[Place]:
    """The last frames, up to `number`, which lack the face."""
    last = self._last
    for frame in range(last.frame + 1, number + 1):
      yield from self._missing(frame, last)

  def end(self) -> Iterator[Place]:
    """What waited for frames to come."""
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
    """Gives the places up to a frame, their eyes smoothed over those around."""
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


def _radius(smooth: float) -> int:
  return int(_TRUNCATE * smooth + 0.5)


def _weights(smooth: float) -> Float[np.ndarray, 'n']:
  """Of a Gaussian of this deviation in frames; one alone where that is 0."""
  radius = _radius(smooth)
  if not radius:
    return np.ones(1)
  weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / smooth) ** 2)
  return weights / weights.sum()
