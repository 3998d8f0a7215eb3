"""A clip as it lies on disk, whatever its form."""

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from stc_jax.faces import images, videos

# Which part of a frame shows the face from the front, upright.
VIEWS = {
  'whole': lambda frame: frame,
  'left': lambda frame: frame[:, : frame.shape[1] // 2],
  'right': lambda frame: frame[:, frame.shape[1] // 2 :],
  'clockwise': lambda frame: np.rot90(frame, -1),
}


@dataclasses.dataclass(frozen=True)
class Recording:
  """A clip as it lies on disk: a video, or images in the order of their frames.

  Attributes:
    paths: the video, or the images.
    image_fps: frames a second of images; a video has its own.
    view: one of `VIEWS`, made of every frame.
  """

  paths: tuple[Path, ...]
  image_fps: float = 25.0
  view: str = 'whole'

  @property
  def is_video(self) -> bool:
    """Whether the one path is a video."""
    return self.paths[0].suffix.lower() in videos.VIDEOS

  @functools.cached_property
  def _video(self) -> videos.Video:
    return videos.Video(self.paths[0])

  def frames(self) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
    """Yields the frames, RGB; raises as `read_images` and `read_video`."""
    frames = self._video.frames() if self.is_video else images.image_frames(self.paths)
    for frame in frames:
      yield np.ascontiguousarray(VIEWS[self.view](frame))

  def fps(self) -> float:
    """Frames a second."""
    return self._video.fps if self.is_video else self.image_fps

  def notes(self) -> tuple[str, ...]:
    """What is odd about a video, a sentence each; known once its frames are read."""
    return self._video.notes if self.is_video else ()
