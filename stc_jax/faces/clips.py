"""Reads clips, from image files or from a video, as RGB frames.

Colours are RGB, pixels uint8; OpenCV's own BGR stays in this file. A clip that cannot
be read as a whole is refused rather than shortened.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from stc_jax.errors import InputError
from stc_jax.faces import containers

# One clear line is our rule, so the libraries keep what they think to themselves.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
# Without this FFmpeg guesses the missing half of a cut frame: a grey picture, no error.
os.environ.setdefault('OPENCV_FFMPEG_CAPTURE_OPTIONS', 'fflags;+discardcorrupt')

IMAGES = frozenset({'.png', '.jpg', '.jpeg'})
VIDEOS = frozenset({'.mp4', '.avi', '.mov', '.mkv', '.webm'})
_LONGEST_SIDE = 2**15 - 2  # of what OpenCV can warp
_REMEDY = 'copy it again from its source, or leave the clip out'


def read_images(
  paths: Sequence[Path], size: int | None = None
) -> UInt8[np.ndarray, 't h w 3']:
  """Reads a clip kept as one image file a frame, in the order given.

  Gray images become three equal channels, alpha is dropped, 16-bit values are divided
  by 257 and rounded, and a camera's orientation tag is obeyed.

  Args:
    paths: the image files, at least one.
    size: resizes every frame to `size` x `size` as soon as it is read (see `resize`).

  Returns:
    The frames, RGB.

  Raises:
    InputError: a file is missing, empty, damaged, or no image; or the frames differ in
      size.
  """
  frames = image_frames(paths)
  return np.stack(
    [frame if size is None else resized(frame, size, size) for frame in frames]
  )


def image_frames(paths: Sequence[Path]) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  """Yields what `read_images` returns, each frame as it is read."""
  first = None
  for path in paths:
    frame = _read_image(Path(path))
    first = frame.shape if first is None else first
    if frame.shape != first:
      raise InputError(
        f'{path}: {frame.shape[1]} x {frame.shape[0]} pixels where {paths[0]} has '
        f'{first[1]} x {first[0]}; give all frames of a clip the same size'
      )
    yield frame


def read_video(
  path: Path, size: int | None = None
) -> tuple[UInt8[np.ndarray, 't h w 3'], float]:
  """Reads all frames of a video file.

  A video is taken as cut short if it yields fewer frames than its container declares
  and the file itself is shorter than declared. Either sign alone is normal: trimmed MP4
  files declare hidden frames, Matroska declares the sound's length, and a file that
  lost only its closing index has all its frames.

  Args:
    path: the video file.
    size: resizes every frame to `size` x `size` as soon as it is read, so that memory
      never holds the video in its full size (see `resize`).

  Returns:
    The frames, RGB, and the frame rate in frames per second.

  Raises:
    InputError: the file is missing, empty, damaged, cut short, or no video.
  """
  frames = [
    frame if size is None else resized(frame, size, size)
    for frame in video_frames(Path(path))
  ]
  return np.stack(frames), video_fps(Path(path))


def video_frames(path: Path) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  """Yields what `read_video` returns; that the file is cut short shows at the end."""
  count = 0
  with _opened(path) as capture:
    for frame in _frames_of(capture):
      count += 1
      yield frame
    # Where a container declares no count, OpenCV makes one up far below zero.
    declared = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
  if not count:
    raise InputError(f'{path}: no frame of this video can be read; {_REMEDY}')
  if count < declared and not containers.is_whole_video(path):
    raise InputError(
      f'{path}: cut short: {count} of {declared} frames can be read; {_REMEDY}'
    )


def video_fps(path: Path) -> float:
  """The frame rate that a video states, in frames per second.

  Raises:
    InputError: it states none, or is no video.
  """
  with _opened(path) as capture:
    if not capture.isOpened():
      raise InputError(f'{path}: no frame of this video can be read; {_REMEDY}')
    fps = capture.get(cv2.CAP_PROP_FPS)
  if not (np.isfinite(fps) and fps > 0):
    raise InputError(
      f'{path}: the video states no frame rate; encode it again with one'
    )
  return float(fps)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
  _check_file(path)
  capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
  try:
    yield capture
  finally:
    capture.release()


def resize(
  frames: UInt8[np.ndarray, 't h w 3'], height: int, width: int
) -> UInt8[np.ndarray, 't {height} {width} 3']:
  """Resizes frames to height x width pixels; the aspect ratio is not kept.

  A side that shrinks is averaged over pixel areas (INTER_AREA), which doesn't alias; a
  side that grows is interpolated linearly (INTER_LINEAR), which doesn't overshoot.
  """
  return np.stack([resized(frame, height, width) for frame in frames])


def resized(
  frame: UInt8[np.ndarray, 'h w 3'], height: int, width: int
) -> UInt8[np.ndarray, '{height} {width} 3']:
  """Resizes one frame; see `resize`."""
  shrunk = (min(frame.shape[1], width), min(frame.shape[0], height))
  frame = cv2.resize(frame, shrunk, interpolation=cv2.INTER_AREA)
  return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)


def _read_image(path: Path) -> UInt8[np.ndarray, 'h w 3']:
  _check_file(path)
  data = path.read_bytes()
  # libpng complains on standard error, libjpeg fills gaps with gray: ask first.
  if not containers.is_whole_image(data):
    raise InputError(f'{path}: a damaged or incomplete image; {_REMEDY}')
  encoded = np.frombuffer(data, np.uint8)
  try:
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
  except cv2.error as error:
    raise InputError(f'{path}: too large or damaged; {_REMEDY}') from error
  if image is None:
    raise InputError(f'{path}: no readable image; {_REMEDY}')
  if max(image.shape) > _LONGEST_SIDE:
    raise InputError(f'{path}: more than {_LONGEST_SIDE} pixels long; make it smaller')
  if image.dtype == np.uint16:
    image = ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
  if image.dtype != np.uint8:
    raise InputError(f'{path}: pixels of type {image.dtype}; save it with 8 or 16 bits')
  return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _frames_of(capture: cv2.VideoCapture) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  while True:
    read, frame = capture.read()
    if not read:
      return
    yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def _check_file(path: Path) -> None:
  try:
    with path.open('rb') as file:
      empty = not file.read(1)
  except OSError as error:
    raise InputError(f'{path}: {error.strerror}; check its name and rights') from error
  if empty:
    raise InputError(f'{path}: an empty file; {_REMEDY}')
