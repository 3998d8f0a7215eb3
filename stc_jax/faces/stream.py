"""Cuts the faces out of a stream of frames, in bounded memory."""

import collections
import concurrent.futures
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from stc_jax import machine
from stc_jax.faces import detect, face_crop, images, shots
from stc_jax.faces.alignment import Alignment, chunks
from stc_jax.faces.online_tracker import OnlineTracker, lateness
from stc_jax.faces.track_smoother import Place

_MOST_WORKERS = 4  # each holds some frames


class FaceCrop(NamedTuple):
  """The aligned picture of a face in one frame, and where the face is."""

  place: Place
  crop: UInt8[np.ndarray, 's s 3']


def face_crops(
  frames: Iterator[UInt8[np.ndarray, 'h w 3']],
  how: Alignment,
  fps: float,
  on_shot: Callable[[int], None],
) -> Iterator[FaceCrop]:
  """Yields the crops of all faces, each as soon as its place is final.

  Where `how` takes whole frames as faces, each frame is one face: its box is the frame,
  and it has no eyes.

  Args:
    frames: the frames of a video.
    how: how faces are found and cut out.
    fps: frames per second.
    on_shot: called with the number of each frame that begins a new shot.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  if how.align == 'none':
    yield from _whole_frames(frames, how, fps, on_shot)
  else:
    yield from _tracked(frames, how, fps, on_shot)


def _whole_frames(
  frames: Iterator[np.ndarray],
  how: Alignment,
  fps: float,
  on_shot: Callable[[int], None],
) -> Iterator[FaceCrop]:
  """Every frame as a face; a new shot is a new face."""
  picture, face = shots.Shots(fps), 1
  for number, frame in enumerate(frames):
    if picture.begins(frame):
      on_shot(number)
      face += 1
    yield _whole(number, face, frame, how.size)


def _tracked(
  frames: Iterator[np.ndarray],
  how: Alignment,
  fps: float,
  on_shot: Callable[[int], None],
) -> Iterator[FaceCrop]:
  """The faces that MTCNN finds, tracked and cut out by their eyes."""
  picture, tracker = shots.Shots(fps), OnlineTracker(how, fps)
  crop = face_crop.CropConfig(how.size, how.roll)
  kept: collections.deque = collections.deque(maxlen=lateness(how) + 1)

  def cut_out(places: list[Place], read: int) -> Iterator[FaceCrop]:
    first = read - len(kept)
    for place in places:
      yield FaceCrop(place, face_crop.crop(kept[place.frame - first], place.eyes, crop))

  read = 0
  for frame, faces in search(frames):
    kept.append(frame)
    read += 1
    looks = [shots.small_face(frame, face.eyes) for face in faces]
    places = tracker.add(faces, looks, picture.begins(frame))
    if read > 1 and tracker.shot == read - 1:
      on_shot(tracker.shot)
    yield from cut_out(places, read)
  yield from cut_out(tracker.end(), read)


def _whole(number: int, face: int, frame: np.ndarray, size: int) -> FaceCrop:
  height, width = frame.shape[:2]
  box, eyes = np.array([0.0, 0.0, width, height]), np.full((2, 2), np.nan)
  place = Place(face, face, number, box, eyes, float('nan'))
  return FaceCrop(place, images.resized(frame, size, size))


def search(
  frames: Iterator[np.ndarray],
) -> Iterator[tuple[np.ndarray, list[detect.Face]]]:
  """Yields each frame with its faces; every core searches a chunk of frames."""
  workers = min(machine.cores(), _MOST_WORKERS)
  with concurrent.futures.ThreadPoolExecutor(workers) as pool:
    waiting: collections.deque = collections.deque()
    try:
      for chunk in chunks(frames):
        waiting.append((chunk, pool.submit(detect.detect, chunk)))
        if len(waiting) > workers:
          yield from _found(*waiting.popleft())
      while waiting:
        yield from _found(*waiting.popleft())
    finally:
      pool.shutdown(cancel_futures=True)


def _found(
  chunk: list[np.ndarray], task: concurrent.futures.Future
) -> Iterator[tuple[np.ndarray, list[detect.Face]]]:
  yield from zip(chunk, task.result(), strict=True)
