"""Slides windows over the crops of each face as they come."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, UInt8

from stc_jax.data import sampling
from stc_jax.data.input import InputConfig
from stc_jax.faces.images import resize
from stc_jax.faces.stream import FaceCrop

_FRAMES = 16  # labelled frames whose windows are cut at a time
_BLOCK = 4  # pixels; a camera's noise is of single ones
# The means of blocks may differ by so many times what noise explains. Of 64 x 64 pixels
# that is 1.2: rendered people at rest have 1.5 or more, still pictures with noise of 1
# to 6 levels have 1.08 at most. With fewer blocks chance adds more.
_NOISE_FACTOR, _CHANCE = 1.1, 4.0
_MOST_NOISE = 15.0  # standard deviation of two frames' difference, in levels


@dataclasses.dataclass(frozen=True)
class WindowConfig:
  """How a video is cut into windows.

  Attributes:
    input: the model's input; it chooses and resizes the frames of a window.
    fps: frames a second of the video.
    length: of a window, in frames; 0 takes all frames of a face. Unused by models of
      labelled frames, as `step` is.
    step: frames from one window to the next.
    least_motion: windows with less motion (see `ClipSet.motion`) get no probabilities;
      a still picture's motion is 0.
  """

  input: InputConfig
  fps: float
  length: int
  step: int
  least_motion: float


class Window(NamedTuple):
  """Frames of one face that the model sees together.

  Attributes:
    tracklet: the number of the tracklet that they are from.
    first, stop: its probabilities are for these frames of the tracklet.
    video: the frames, at the size of the model's input.
    length: how many of them are the tracklet's own; the others repeat the last.
    motion: the largest mean change of a frame from the first, in levels of 0..255; 0
      for a still picture.
    is_classified: whether the model is asked. It isn't where there is too little
      motion, or a single frame and a model that sees changes alone.
  """

  tracklet: int
  first: int
  stop: int
  video: UInt8[np.ndarray, 't h w 3']
  length: int
  motion: float
  is_classified: bool


def slide(
  crops: Iterable[FaceCrop], config: WindowConfig, lateness: int
) -> Iterator[Window]:
  """Yields the windows of all tracklets, each as soon as it is complete.

  Crops are kept only as long as a window may need them.

  Args:
    crops: of all faces, those of one face in order.
    config: how the windows are cut.
    lateness: the most frames that a crop comes late, so that it is known which
      tracklets have ended.
  """
  new_windows = FrameWindows if config.input.per_frame else ClipWindows
  growing: dict[int, TrackletWindows] = {}
  last: dict[int, int] = {}  # frame of each tracklet
  for place, crop in crops:
    tracklet = place.tracklet
    if tracklet not in growing:
      for other in [t for t in growing if last[t] < place.frame - lateness - 1]:
        yield from growing.pop(other).end()
      growing[tracklet] = new_windows(config, tracklet)
    last[tracklet] = place.frame
    yield from growing[tracklet].add(crop)
  for windows in growing.values():
    yield from windows.end()


class TrackletWindows:
  """Takes the crops of one tracklet in turn, and yields its windows.

  Args:
    config: how the windows are cut.
    tracklet: the number of the tracklet.
  """

  def __init__(self, config: WindowConfig, tracklet: int):
    self._config, self._tracklet = config, tracklet
    self._crops: list[UInt8[np.ndarray, 's s 3']] = []
    self._frames = 0

  def add(self, crop: UInt8[np.ndarray, 's s 3']) -> Iterator[Window]:
    """Takes the crop of the next frame; yields the windows that are complete now."""
    raise NotImplementedError

  def end(self) -> Iterator[Window]:
    """Yields the windows that are left after the last crop."""
    raise NotImplementedError

  def _window(
    self,
    first: int,
    stop: int,
    video: UInt8[np.ndarray, 't h w 3'],
    length: int,
    is_picture: bool = False,
  ) -> Window:
    motion = 0.0 if is_picture else float(sampling.change(video[:length]).max())
    is_blind = length == 1 and 'remove_appearance' in self._config.input.transforms
    is_classified = motion >= self._config.least_motion and not is_blind
    return Window(self._tracklet, first, stop, video, length, motion, is_classified)


class ClipWindows(TrackletWindows):
  """Windows as long as training clips."""

  def add(self, crop: UInt8[np.ndarray, 's s 3']) -> Iterator[Window]:
    """See `TrackletWindows`."""
    self._frames += 1
    self._crops.append(crop)
    length, beyond = self._config.length, self._frames - self._config.length
    if not length:
      return
    if beyond >= 0 and beyond % self._config.step == 0:
      yield self._last(length)
    del self._crops[: max(0, len(self._crops) - length)]

  def end(self) -> Iterator[Window]:
    """Yields the window of the last frames, or of all frames of a short tracklet."""
    length, frames = self._config.length, self._frames
    if not length or frames < length:
      yield self._last(frames)
    elif (frames - length) % self._config.step:
      yield self._last(length)

  def _last(self, count: int) -> Window:
    """The window of the last `count` frames."""
    config, clip = self._config.input, np.stack(self._crops[-count:])
    numbers, length = config.window(clip, self._config.fps)
    crops = clip[numbers]
    video = resize(crops, config.height, config.width)
    # On the crops: resizing gives neighbouring pixels common noise.
    is_picture = is_still(crops[:length])
    return self._window(self._frames - count, self._frames, video, length, is_picture)


class FrameWindows(TrackletWindows):
  """A window for each frame, with the frames around it."""

  def __init__(self, config: WindowConfig, tracklet: int):
    super().__init__(config, tracklet)
    self._done, fps = 0, config.fps
    frames, rate = config.input.frames, config.input.frame_rate or fps
    # How far a window reaches: that of a frame with enough frames on both sides.
    far = 2 * round(frames * (fps / rate)) + 2
    (reach,) = config.input.frame_windows(np.arange(2 * far + 1), fps)[[far]] - far
    self._before, self._behind = max(0, -int(reach.min())), max(0, int(reach.max()))

  def add(self, crop: UInt8[np.ndarray, 's s 3']) -> Iterator[Window]:
    """See `TrackletWindows`."""
    self._frames += 1
    config = self._config.input
    self._crops.append(resize(crop[None], config.height, config.width)[0])
    if self._frames - self._done >= _FRAMES + self._behind:
      yield from self._until(self._frames - self._behind)

  def end(self) -> Iterator[Window]:
    """See `TrackletWindows`."""
    yield from self._until(self._frames)

  def _until(self, stop: int) -> Iterator[Window]:
    config, first = self._config.input, self._frames - len(self._crops)
    crops = np.stack(self._crops)
    windows: Int[np.ndarray, 'n t'] = config.frame_windows(
      np.arange(len(crops)), self._config.fps
    )
    for frame in range(self._done, stop):
      video = crops[windows[frame - first]]
      yield self._window(frame, frame + 1, video, config.frames)
    self._done = stop
    del self._crops[: max(0, stop - self._before - first)]


def is_still(video: UInt8[np.ndarray, 't h w 3']) -> bool:
  """Whether all frames are one picture: they are equal, or differ by noise alone."""
  height, width = (side // _BLOCK * _BLOCK for side in video.shape[1:3])
  differences = video[1:].astype(np.float32) - video[0]
  if not (differences.any() and height * width):
    return not differences.any()
  pixels = differences[:, :height, :width].reshape(
    len(differences), height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK, 3
  )
  blocks = pixels.mean((2, 4))
  factor = _NOISE_FACTOR * (1 + _CHANCE / np.sqrt(2 * blocks[0].size))
  noise = np.sqrt(np.square(pixels).mean((1, 2, 3, 4, 5)))
  found = np.sqrt(np.square(blocks).mean((1, 2, 3)))
  return bool(((found <= factor * noise / _BLOCK) & (noise <= _MOST_NOISE)).all())
