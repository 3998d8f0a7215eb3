"""Cuts the faces out of a stream of frames, one after the other, in little memory."""

import collections
import concurrent.futures
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from stc_jax import machine
from stc_jax.faces import detect, face_crop, images, shots
from stc_jax.faces.alignment import Alignment, chunks
from stc_jax.faces.online_tracker import Follower, Place, lateness

_MOST_WORKERS = 4  # each holds some frames


class FaceCrop(NamedTuple):
  """A face of a frame, cut out."""

  place: Place
  crop: UInt8[np.ndarray, 's s 3']


def cuts(
  frames: Iterator[UInt8[np.ndarray, 'h w 3']],
  how: Alignment,
  fps: float,
  on_shot: Callable[[int], None],
) -> Iterator[list[FaceCrop]]:
  """For every frame read, the faces that are certain since the last, cut out.

  Where `how` takes frames for faces, each is one: its box the frame, no eyes.

  Args:
    frames: of a video.
    how: finds and cuts.
    fps: frames a second.
    on_shot: called with the number of each frame that begins another shot.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  picture = shots.Shots(fps)
  if how.align == 'none':
    face = 1
    for number, frame in enumerate(frames):
      if picture.begins(frame):
        on_shot(number)
        face += 1
      yield [_whole(number, face, frame, how.size)]
    return
  follower, crop = Follower(how, fps), face_crop.CropConfig(how.size, how.roll)
  kept: collections.deque = collections.deque(maxlen=lateness(how) + 1)

  def cut_out(places: list[Place], read: int) -> list[FaceCrop]:
    first = read - len(kept)
    return [
      FaceCrop(place, face_crop.crop(kept[place.frame - first], place.eyes, crop))
      for place in places
    ]

  read = 0
  for frame, faces in _searched(frames):
    kept.append(frame)
    read += 1
    looks = [shots.small_face(frame, face.eyes) for face in faces]
    places = follower.add(faces, looks, picture.begins(frame))
    if read > 1 and follower.shot == read - 1:
      on_shot(follower.shot)
    yield cut_out(places, read)
  yield cut_out(follower.end(), read)


def _whole(number: int, face: int, frame: np.ndarray, size: int) -> FaceCrop:
  height, width = frame.shape[:2]
  box, eyes = np.array([0.0, 0.0, width, height]), np.full((2, 2), np.nan)
  place = Place(face, face, number, box, eyes, float('nan'))
  return FaceCrop(place, images.resized(frame, size, size))


def _searched(
  frames: Iterator[np.ndarray],
) -> Iterator[tuple[np.ndarray, list[detect.Face]]]:
  """Each frame with its faces; each core searches some frames at a time."""
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
