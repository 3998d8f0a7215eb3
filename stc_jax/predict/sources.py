"""What a prediction is made of: a video, a folder of images, or frames as arrays."""

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Float, Int, UInt8
from natsort import natsorted

from stc_jax.data.input import COLOURS
from stc_jax.errors import InputError, require
from stc_jax.faces import images, videos
from stc_jax.faces.clutter import is_clutter
from stc_jax.predict.table import TIME_DECIMALS

IMAGE_FPS = 25.0  # of images, unless the user gives another rate
_RATES = 0.001, 10_000  # frames a second: of a time lapse, of a high-speed camera


@dataclasses.dataclass(frozen=True)
class Source:
  """Frames of one constant rate.

  Attributes:
    path: of the video, or of the folder of images; None for frames in memory.
    fps: frames a second.
    count: how many frames.
    frames: yields them from the first on, RGB, upright.
    notes: on its defects, a sentence each; complete once its frames are read.
    clock: seconds from the first frame to each; None where `fps` says it.
  """

  path: Path | None
  fps: float
  count: int
  frames: Callable[[], Iterator[UInt8[np.ndarray, 'h w 3']]]
  notes: Callable[[], tuple[str, ...]] = tuple
  clock: Float[np.ndarray, 't'] | None = None

  def times(self, frames: Int[np.ndarray, 'n']) -> Float[np.ndarray, 'n']:
    """Seconds from the first frame to each of `frames`, to a tenth of a millisecond."""
    exact = frames / self.fps if self.clock is None else self.clock[frames]
    return np.round(exact, TIME_DECIMALS)

  @property
  def is_video(self) -> bool:
    """Whether a player can play it."""
    return self.path is not None and self.path.is_file()


def of(source: str | os.PathLike | np.ndarray | jax.Array, fps: float | None) -> Source:
  """The source of a path or of frames; see `of_path` and `of_frames`."""
  if isinstance(source, str | os.PathLike):
    return of_path(Path(source), fps)
  return of_frames(source, fps)


def of_path(path: Path, fps: float | None = None) -> Source:
  """The source of a video, an image, or a folder of images in natural order.

  A video that is cut short or damaged is read up to the damage; `notes` say so.

  Args:
    path: of the video, image or folder.
    fps: frames a second of images, 25 if not given; a video has its own.

  Raises:
    InputError: the file doesn't exist or can't be read, or `fps` is given for a video.
  """
  if is_images(path):
    return _of_images(path, images_in(path) if path.is_dir() else [path], fps)
  if fps is not None:
    images.check_file(path)
    raise InputError(f'{path}: a video states its own frames a second; leave out fps')
  video = videos.Video(path, in_part=True)
  return Source(
    path, video.fps, video.count, video.frames, lambda: video.notes, video.times
  )


def check_rate(field: str, fps: float) -> None:
  """Checks a frame rate that a user gives.

  Raises:
    InputError: no video has so high or so low a rate.
  """
  require(_RATES[0] <= fps <= _RATES[1], field, fps, f'lie in {_RATES[0]}..{_RATES[1]}')


def is_images(path: Path) -> bool:
  """Whether a path is an image or a folder, which is taken for one of images."""
  return path.is_dir() or path.suffix.lower() in images.IMAGES


def of_frames(frames: np.ndarray | jax.Array, fps: float | None) -> Source:
  """The source of frames in memory, uint8 [t, h, w, 3].

  Raises:
    InputError: the array is no clip, or no `fps` is given.
  """
  own = on_host(frames)
  if fps is None:
    raise InputError('fps: None; give the frames a second')
  check_rate('fps', fps)
  return Source(None, fps, len(own), lambda: iter(own))


def on_host(frames: np.ndarray | jax.Array) -> UInt8[np.ndarray, 't h w 3']:
  """Returns an array of frames, of NumPy or JAX, as one of NumPy.

  Raises:
    InputError: the array is no clip.
  """
  shape, dtype = np.shape(frames), getattr(frames, 'dtype', None)
  if len(shape) != 4 or shape[3] != COLOURS or dtype != np.uint8 or 0 in shape:
    raise InputError(
      f'frames: {dtype} {list(shape)} is no clip; give uint8 [t, h, w, 3], RGB, with '
      'one frame at least'
    )
  return np.asarray(frames)


def images_in(folder: Path) -> list[Path]:
  """The images in a folder, in natural order.

  A broken link counts, too, so that its clip is refused and not shortened.
  """
  return natsorted(
    path
    for path in folder.iterdir()
    if path.suffix.lower() in images.IMAGES
    and not path.is_dir()
    and not is_clutter(path.name)
  )


def _of_images(path: Path, files: list[Path], fps: float | None) -> Source:
  if not files:
    raise InputError(f'{path}: a folder without images')
  rate = IMAGE_FPS if fps is None else fps
  check_rate('fps', rate)
  return Source(path, rate, len(files), lambda: images.image_frames(files))
