"""Reads videos through FFmpeg's libraries (PyAV): frames at a constant rate, upright.

What `timeline` finds whole is decoded frame by frame. A video that can't be read as a
whole is refused rather than shortened.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from stc_jax.errors import InputError
from stc_jax.faces import timeline
from stc_jax.faces.images import REMEDY, resized

VIDEOS = frozenset({'.mp4', '.avi', '.mov', '.mkv', '.webm', '.gif'})


def read_video(
  path: Path, size: int | None = None
) -> tuple[UInt8[np.ndarray, 't h w 3'], float]:
  """Reads all frames of a video file or animated GIF.

  Frames are turned upright as the file says, and come at a constant rate: where they
  were recorded at a variable one, each is repeated for as long as it was shown.

  Args:
    path: the video file.
    size: resizes every frame to `size` x `size` as soon as it is read, so that memory
      never holds the video in its full size (see `images.resize`).

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
  """Yields what `read_video` returns, each frame as it is decoded."""
  times = np.bincount(timeline.of(path).numbers)
  shape, decoded = None, 0
  with timeline.opened(path) as container:
    for count, frame in zip(times, container.decode(video=0), strict=False):
      if frame.is_corrupt:
        break
      turned = np.rot90(frame.to_ndarray(format='rgb24'), frame.rotation // 90)
      shape = shape or turned.shape
      if turned.shape != shape:
        raise InputError(f'{path}: its frames differ in size; encode it again in one')
      decoded += 1
      yield from [np.ascontiguousarray(turned)] * count
  if decoded < len(times):
    raise InputError(
      f'{path}: frame {decoded + 1} of {len(times)} is missing or damaged; {REMEDY}'
    )


def video_fps(path: Path) -> float:
  """The frame rate of a video, in frames per second; see `timeline.Timeline`.

  Raises:
    InputError: as `read_video`.
  """
  return timeline.of(path).fps
