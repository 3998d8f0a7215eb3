"""A clip on disk: a video or a sequence of images."""

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from stc_jax.faces import images, videos

# The part of a frame that shows the upright frontal face.
VIEWS = {
  'whole': lambda frame: frame,
  'left': lambda frame: frame[:, : frame.shape[1] // 2],
  'right': lambda frame: frame[:, frame.shape[1] // 2 :],
  'clockwise': lambda frame: np.rot90(frame, -1),
}


@dataclasses.dataclass(frozen=True)
class Recording:
  """A clip on disk: a video, or images in the order of their frames.

  Attributes:
    paths: the video, or the images.
    image_fps: frames per second of images; a video states its own.
    view: one of `VIEWS`; applied to every frame.
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
    """Yields the frames, RGB; raises as `read_images` and `read_video` do."""
    frames = self._video.frames() if self.is_video else images.image_frames(self.paths)
    for frame in frames:
      yield np.ascontiguousarray(VIEWS[self.view](frame))

  def fps(self) -> float:
    """Frames per second."""
    return self._video.fps if self.is_video else self.image_fps

  def notes(self) -> tuple[str, ...]:
    """Anomalies of a video, one sentence each; complete once all frames are read."""
    return self._video.notes if self.is_video else ()
