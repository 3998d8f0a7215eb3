"""Reads videos through FFmpeg's libraries (PyAV): frames at a constant rate, upright.

The frames that `timestamps` lists are decoded one by one. Whether a video is whole is
decided by how many of them can be decoded.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from stc_jax.errors import InputError
from stc_jax.faces.decoding import timestamps
from stc_jax.faces.decoding.frames import decoded
from stc_jax.faces.images import REMEDY, resized

# What FFmpeg reads and what keeps the times of its frames.
_ENDINGS = (
  '.3g2 .3gp .asf .avi .dv .f4v .flv .gif .ivf .m2t .m2ts .m4v .mkv .mov .mp4 .mpeg '
  '.mpg .mts .mxf .nut .ogv .rm .rmvb .ts .vob .webm .wmv .wtv .y4m'
)
VIDEOS = frozenset(_ENDINGS.split())

# A decoder may keep so many of the last frames, such as those that aren't to be shown.
_KEPT = 2


def read_video(
  path: Path, size: int | None = None
) -> tuple[UInt8[np.ndarray, 't h w 3'], float]:
  """Reads all frames of a video file or animated GIF that is whole.

  Args:
    path: the video file.
    size: resizes every frame to `size` x `size` as soon as it is read, so that memory
      never holds the video in its full size (see `images.resize`).

  Returns:
    The frames, as of `Video.frames`, and the frame rate in frames per second.

  Raises:
    InputError: the file is missing, empty, damaged, cut short, or no video.
  """
  video = Video(Path(path))
  frames = [
    frame if size is None else resized(frame, size, size) for frame in video.frames()
  ]
  return np.stack(frames), video.fps


class Video:
  """A video file or animated GIF.

  Args:
    path: the file.
    in_part: takes the frames before the first that is missing or damaged, and says so
      in `notes`; else such a file is refused.
  """

  def __init__(self, path: Path, in_part: bool = False):
    self._path, self._in_part = path, in_part
    self._damage = ''

  @functools.cached_property
  def _timeline(self) -> timestamps.Timeline:
    return timestamps.of(self._path)

  @property
  def fps(self) -> float:
    """Frames a second: of a variable rate, the usual one.

    Raises:
      InputError: the file is missing, empty or no video, or its times make no sense.
    """
    return self._timeline.fps

  @property
  def count(self) -> int:
    """How many frames there are, if none is damaged; raises as `fps`."""
    return len(self._timeline.numbers)

  @property
  def notes(self) -> tuple[str, ...]:
    """What is odd about it, a sentence each; known once its frames are read."""
    return (*self._timeline.notes, *filter(None, [self._damage]))

  def frames(self) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
    """Yields the frames, RGB.

    They are turned upright as the file says, and come at a constant rate: where they
    were recorded at a variable one, each is repeated for as long as it was shown.

    Raises:
      InputError: as `fps`; or the file isn't whole and isn't taken in part, or no frame
        is whole.
    """
    of, last, shown = self._timeline, -1, None
    times = np.bincount(of.numbers).tolist()
    if of.is_cut and not self._in_part:
      raise InputError(f'{self._path}: {self._lack(len(times))}; {REMEDY}')
    whole, damaged = 0, of.is_cut
    for one in decoded(self._path, of.pts):
      if one is None:
        damaged = True
        break
      number, frame = one
      if number >= len(times):
        break
      if whole:  # the frame before is shown for what the decoder kept to itself
        yield from [shown] * sum(times[last + 1 : number])
      yield from [frame] * times[number]
      last, shown, whole = number, frame, whole + 1
    damaged = damaged or last < len(times) - 1 - _KEPT
    if damaged and not self._in_part:
      raise InputError(f'{self._path}: {self._lack(whole)}; {REMEDY}')
    if not whole:
      raise InputError(f'{self._path}: no frame of this video can be read; {REMEDY}')
    self._damage = f'{self._lack(whole)}; the rest is left out' if damaged else ''
    if not damaged:
      yield from [shown] * sum(times[last + 1 :])

  def _lack(self, whole: int) -> str:
    """What is missing, once so many frames could be decoded."""
    of = self._timeline
    if of.is_cut:
      among = f' of {of.declared}' if of.declared else ''
      return f'cut short: {whole}{among} frames are whole'
    return f'damaged: frame {whole + 1} of {len(of.pts)} cannot be decoded'
