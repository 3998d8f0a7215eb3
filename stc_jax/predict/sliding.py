"""Windows that slide over a face's crops as they come, and a mean for each frame."""

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int, UInt8

from stc_jax.data import sampling
from stc_jax.data.input import InputConfig
from stc_jax.faces.images import resize
from stc_jax.predict.stillness import is_still

# (videos [b, t, h, w, 3], real [b]) -> probabilities [b, n]
Ask = Callable[[np.ndarray, np.ndarray], np.ndarray]
BATCH = 16  # windows that a model tells at a time


@dataclasses.dataclass(frozen=True)
class Windows:
  """How a video is shown to a model.

  Attributes:
    input: what the model is shown of a window.
    fps: frames a second of the video.
    length, step: of a window, and from one to the next, in frames; length 0: all there
      are. Of a model of labelled frames neither counts.
    least_motion: windows that move less (see `ClipSet.motion`; a still picture's is 0)
      have no answer.
  """

  input: InputConfig
  fps: float
  length: int
  step: int
  least_motion: float


class Tally:
  """Means over the windows that show each frame of a stretch.

  Attributes:
    motion: of each frame, the largest of a window that shows it; NaN without one.
  """

  def __init__(self, outputs: int):
    self._sums = np.zeros((64, outputs), np.float32)
    self._counts = np.zeros(64, np.int32)
    self._motion = np.full(64, np.nan, np.float32)
    self.frames = 0

  def add_frame(self) -> None:
    """Makes room for another frame."""
    if self.frames == len(self._counts):
      self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
      self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
      nothing = np.full_like(self._motion, np.nan)
      self._motion = np.concatenate([self._motion, nothing])
    self.frames += 1

  def moved(self, first: int, stop: int, motion: float) -> None:
    """Notes the motion of a window."""
    self._motion[first:stop] = np.fmax(self._motion[first:stop], motion)

  def answered(self, first: int, stop: int, probabilities: np.ndarray) -> None:
    """Counts the answer for a window."""
    self._sums[first:stop] += probabilities
    self._counts[first:stop] += 1

  @property
  def motion(self) -> Float[np.ndarray, 't']:
    """See the class."""
    return self._motion[: self.frames]

  def means(self) -> Float[np.ndarray, 't n']:
    """Of each frame's answers; NaN where it has none."""
    counts = self._counts[: self.frames, None]
    sums = self._sums[: self.frames]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


class Batches:
  """Asks a model about windows of all faces, many at a time."""

  def __init__(self, ask: Ask):
    self._ask = ask
    self._waiting: list[tuple[np.ndarray, int, Callable[[np.ndarray], None]]] = []

  def put(
    self,
    video: UInt8[np.ndarray, 't h w 3'],
    real: int,
    tell: Callable[[np.ndarray], None],
  ) -> None:
    """Takes a window; `tell` is called with its probabilities, now or later."""
    self._waiting.append((video, real, tell))
    if len(self._waiting) == BATCH:
      self.flush()

  def flush(self) -> None:
    """Asks about all that wait."""
    if not self._waiting:
      return
    videos, real, tells = zip(*self._waiting, strict=True)
    self._waiting = []
    answers = self._ask(np.stack(videos), np.array(real, np.int32))
    for tell, answer in zip(tells, answers, strict=True):
      tell(answer)


class Stretch:
  """A face's crops in turn, without interruption, and the tally of their windows."""

  def __init__(self, windows: Windows, batches: Batches, outputs: int):
    self.tally = Tally(outputs)
    self._windows, self._batches = windows, batches
    self._crops: list[UInt8[np.ndarray, 's s 3']] = []

  def _show(
    self,
    video: UInt8[np.ndarray, 't h w 3'],
    real: int,
    first: int,
    stop: int,
    is_picture: bool = False,
  ) -> None:
    """Asks about a window that tells of the frames from `first` up to `stop`.

    `is_picture` says that it shows a still picture.
    """
    motion = 0.0 if is_picture else float(sampling.change(video[:real]).max())
    self.tally.moved(first, stop, motion)
    blind = real == 1 and 'remove_appearance' in self._windows.input.transforms
    if motion >= self._windows.least_motion and not blind:

      def tell(answer: np.ndarray) -> None:
        self.tally.answered(first, stop, answer)

      self._batches.put(video, real, tell)


class ClipStretch(Stretch):
  """Told by windows of the length of training clips."""

  def add(self, crop: UInt8[np.ndarray, 's s 3']) -> None:
    """Takes the next frame's crop."""
    self.tally.add_frame()
    self._crops.append(crop)
    length, step = self._windows.length, self._windows.step
    if not length:
      return
    beyond = self.tally.frames - length
    if beyond >= 0 and beyond % step == 0:
      self._show_last(length)
    del self._crops[: max(0, len(self._crops) - length)]

  def end(self) -> None:
    """Shows what no window has shown: the end, or all of a stretch that is short."""
    length, frames = self._windows.length, self.tally.frames
    if not length or frames < length:
      self._show_last(frames)
    elif (frames - length) % self._windows.step:
      self._show_last(length)

  def _show_last(self, count: int) -> None:
    size, clip = self._windows.input, np.stack(self._crops[-count:])
    numbers, real = size.window(clip, self._windows.fps)
    crops = clip[numbers]
    video, frames = resize(crops, size.height, size.width), self.tally.frames
    # Asked of crops: in resized ones neighbouring pixels have noise in common.
    self._show(video, real, frames - count, frames, is_still(crops[:real]))


class FrameStretch(Stretch):
  """Told frame by frame, each shown with those around it."""

  def __init__(self, windows: Windows, batches: Batches, outputs: int):
    super().__init__(windows, batches, outputs)
    size = windows.input
    # How far a window reaches: of a frame with endless room on both sides.
    far = 2 * round(size.frames * (windows.fps / (size.frame_rate or windows.fps))) + 2
    (reach,) = size.frame_windows(np.arange(2 * far + 1), windows.fps)[[far]] - far
    self._before, self._behind = max(0, -int(reach.min())), max(0, int(reach.max()))
    self._told = 0

  def add(self, crop: UInt8[np.ndarray, 's s 3']) -> None:
    """Takes the next frame's crop."""
    self.tally.add_frame()
    size = self._windows.input
    self._crops.append(resize(crop[None], size.height, size.width)[0])
    if self.tally.frames - self._told >= BATCH + self._behind:
      self._tell_until(self.tally.frames - self._behind)

  def end(self) -> None:
    """Tells the last frames."""
    self._tell_until(self.tally.frames)

  def _tell_until(self, stop: int) -> None:
    size, first = self._windows.input, self.tally.frames - len(self._crops)
    crops = np.stack(self._crops)
    windows: Int[np.ndarray, 'n t'] = size.frame_windows(
      np.arange(len(crops)), self._windows.fps
    )
    for frame in range(self._told, stop):
      self._show(crops[windows[frame - first]], size.frames, frame, frame + 1)
    self._told = stop
    del self._crops[: max(0, stop - self._before - first)]


def stretch_of(windows: Windows, batches: Batches, outputs: int) -> Stretch:
  """A new stretch of the kind that the model's input asks for."""
  kind = FrameStretch if windows.input.per_frame else ClipStretch
  return kind(windows, batches, outputs)
