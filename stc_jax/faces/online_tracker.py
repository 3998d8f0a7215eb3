"""Tracks every face of a video, frame by frame, in bounded memory.

It does for a stream of frames what `offline_tracker` does for a whole clip. Faces are
matched by overlap, a gap of up to `max_gap` frames is filled from the frames around it,
and eyes are smoothed, so a position is known a few frames late. A face's track ends
with its shot, unless the same face goes on there (see `shots`).
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from stc_jax.faces import shots
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.detect import Face
from stc_jax.faces.offline_tracker import SAME_FACE, overlap
from stc_jax.faces.track_smoother import Place, TrackSmoother, radius

# A face that returns to its place within this time is the same face.
_REMEMBERED_SECONDS = 2.0


def lateness(how: Alignment) -> int:
  """The largest number of frames between a face's frame and the return of its place."""
  return how.max_gap + 1 + radius(how.smooth)


class OnlineTracker:
  """Takes the faces of one frame after the other; returns places once they are final.

  Args:
    how: gives `max_gap` and `smooth`.
    fps: frames per second.

  Attributes:
    shot: the number of the first frame of the current shot.
  """

  def __init__(self, how: Alignment, fps: float):
    self._gap, self._smooth, self._fps = how.max_gap, how.smooth, fps
    self._remembered = max(self._gap + 1, round(_REMEMBERED_SECONDS * fps))
    self._tracks: list[_OpenTrack] = []
    self._faces = self._tracklets = self._frames = self.shot = 0

  def add(
    self, faces: Sequence[Face], looks: Sequence[np.ndarray], begins_shot: bool
  ) -> list[Place]:
    """Takes the next frame; returns the places that have become final.

    Args:
      faces: the faces detected in the frame.
      looks: the picture of each face, by `shots.small_face`.
      begins_shot: whether the whole picture changes abruptly here.
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
        if not self.shot and number <= self._gap:  # as in training
          places += track.tracklet.lead_in(number, face)
      elif number - track.seen > self._gap + 1:
        track.tracklet = self._new_tracklet(track.face)
      places += track.tracklet.see(number, face)
      track.seen, track.box = number, face.box
    for track in self._tracks:
      if begins_shot and track.seen < number:
        places += self._leave(track)
    for track in self._tracks:
      if number - track.seen == self._gap + 1:  # too long to be filled
        places += track.tracklet.end()
    self._tracks = [t for t in self._tracks if number - t.seen < self._remembered]
    return places

  def end(self) -> list[Place]:
    """Returns the remaining places, once the video has ended."""
    places = []
    for track in self._tracks:
      if self._frames - track.seen <= self._gap + 1:
        places += [*track.tracklet.hold(self._frames - 1), *track.tracklet.end()]
    self._tracks = []
    return places

  def _leave(self, track: '_OpenTrack') -> Iterator[Place]:
    """Ends the track of a face at the frame where it was last seen."""
    self._tracks = [other for other in self._tracks if other is not track]
    if self._frames - 1 - track.seen <= self._gap + 1:
      yield from track.tracklet.end()

  def _new_track(self, face: Face, look: np.ndarray) -> '_OpenTrack':
    self._faces += 1
    tracklet, number = self._new_tracklet(self._faces), self._frames - 1
    track = _OpenTrack(self._faces, tracklet, number, face.box)
    track.look.follow(look, 0.0, number / self._fps)
    self._tracks.append(track)
    return track

  def _new_tracklet(self, face: int) -> TrackSmoother:
    self._tracklets += 1
    return TrackSmoother(face, self._tracklets, self._smooth)

  def _matched(
    self, faces: Sequence[Face]
  ) -> Iterator[tuple[int, '_OpenTrack | None']]:
    """Yields each face's index and its track, best overlap first; None: a new face."""
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
class _OpenTrack:
  """A face that is present or was recently: its last box, frame and picture."""

  face: int
  tracklet: TrackSmoother
  seen: int
  box: np.ndarray
  look: shots.PictureHistory = dataclasses.field(default_factory=shots.PictureHistory)

  def goes_on(self, look: np.ndarray, seconds: float, least: shots.Least) -> bool:
    """Whether this picture can be of the same face; if so, remembers it."""
    difference = self.look.difference(look)
    if self.look.is_jump(difference, seconds, least):
      return False
    self.look.follow(look, difference, seconds)
    return True
