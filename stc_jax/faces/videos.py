"""Reads videos with FFmpeg's libraries (PyAV): upright frames at a constant rate.

The frames that `timestamps` lists are decoded one by one. Whether a video is whole is
decided by how many of them can be decoded.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.errors import InputError
from stc_jax.faces.decoding import timestamps
from stc_jax.faces.decoding.frames import decoded
from stc_jax.faces.images import REMEDY, resized

# Formats that FFmpeg reads and that store the times of frames.
_ENDINGS = (
  '.3g2 .3gp .asf .avi .dv .f4v .flv .gif .ivf .m2t .m2ts .m4v .mkv .mov .mp4 .mpeg '
  '.mpg .mts .mxf .nut .ogv .rm .rmvb .ts .vob .webm .wmv .wtv .y4m'
)
VIDEOS = frozenset(_ENDINGS.split())

# A decoder may withhold this many of the last frames, such as hidden ones.
_KEPT = 2


def read_video(
  path: Path, size: int | None = None
) -> tuple[UInt8[np.ndarray, 't h w 3'], float]:
  """Reads all frames of a complete video file or animated GIF.

  Args:
    path: the video file.
    size: resizes every frame to `size` x `size` when it is read, so that memory never
      holds the video in full size (see `images.resize`).

  Returns:
    The frames, as `Video.frames` yields them, and the frames per second.

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
    in_part: reads an incomplete file up to its first missing or damaged frame, and adds
      a note to `notes`; otherwise such a file is refused.
  """

  def __init__(self, path: Path, in_part: bool = False):
    self._path, self._in_part = path, in_part
    self._damage = ''

  @functools.cached_property
  def _timeline(self) -> timestamps.Timeline:
    return timestamps.of(self._path)

  @property
  def fps(self) -> float:
    """Frames per second; the median rate where the rate varies.

    Raises:
      InputError: the file is missing, empty or no video, or its times make no sense.
    """
    return self._timeline.fps

  @property
  def count(self) -> int:
    """The number of frames if none is damaged; raises as `fps` does."""
    return len(self._timeline.numbers)

  @property
  def times(self) -> Float[np.ndarray, 't']:
    """Seconds from the first frame to each, by the file's clock; raises as `fps`."""
    return self._timeline.times

  @property
  def notes(self) -> tuple[str, ...]:
    """Anomalies of the file, one sentence each; complete once all frames are read."""
    return (*self._timeline.notes, *filter(None, [self._damage]))

  def frames(self) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
    """Yields the frames, RGB.

    Frames are rotated as the file states. They come at a constant rate: where the rate
    varies, each frame is repeated for as long as it is shown.

    Raises:
      InputError: as `fps`; or the file is incomplete and isn't read in part; or no
        frame can be decoded.
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
      if whole:  # the frame before fills the place of withheld frames
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
    """Describes the damage, given the number of decoded frames."""
    of = self._timeline
    if of.is_cut:
      among = f' of {of.declared}' if of.declared else ''
      return f'cut short: {whole}{among} frames are whole'
    return f'damaged: frame {whole + 1} of {len(of.pts)} cannot be decoded'
