"""When the frames of a video are shown, and whether any is missing.

A file is gone through packet by packet, through FFmpeg's libraries (PyAV), which
decodes nothing.
"""

import contextlib
import errno
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from jaxtyping import Float, Int

from stc_jax.errors import InputError, machine_error
from stc_jax.faces.images import REMEDY, check_file

_GIF, _GIF_END = '.gif', b';'
_AVI_INDEX = b'idx1'  # at the file's end
# Timestamps are rounded: to milliseconds in Matroska.
_ROUNDED = 0.01  # seconds
_SAME_RATE = 0.01  # share
# Of a variable rate, the pauses: longer ones are a broken clock.
_MOST_REPEATS = 100
# Without this FFmpeg guesses the missing half of a cut frame: a grey picture, no error.
_OPTIONS = {'fflags': '+discardcorrupt'}


class Timeline(NamedTuple):
  """When a video's frames are shown.

  Attributes:
    fps: frames a second: of a variable rate, the usual one.
    numbers: at each tick of that rate, the number of the frame shown.
  """

  fps: float
  numbers: Int[np.ndarray, 't']


def of(path: Path) -> Timeline:
  """When the frames of a video are shown.

  Raises:
    InputError: as `videos.read_video`; or its timestamps make no sense.
  """
  with opened(path) as container:
    video = container.streams.video[0]
    declared = _declared(path, container)
    shown, packets, ends, corrupt = [], 0, [0.0], False
    for packet in container.demux():
      if packet.pts is None or not packet.size:
        continue
      begins = float(packet.pts * packet.time_base)
      ends.append(begins + float((packet.duration or 0) * packet.time_base))
      corrupt = corrupt or packet.is_corrupt
      if packet.stream is video:
        packets += 1
        if not packet.is_discard:
          shown.append(begins)
    stated = video.average_rate
    whole = packets >= declared if declared else _reaches_end(container, ends)
  if not shown:
    raise InputError(f'{path}: no frame of this video can be read; {REMEDY}')
  if corrupt or not whole or (path.suffix.lower() == _GIF and not _ends_gif(path)):
    of = f' of {declared}' if declared else ''
    raise InputError(f'{path}: cut short: {len(shown)}{of} frames are whole; {REMEDY}')
  return _regular(path, np.sort(shown), float(stated or 0))


def _declared(path: Path, container: av.container.InputContainer) -> int:
  """How many frames the file says that it holds; 0 where it doesn't say.

  By its index, where that is there: a header counts frames, too, that a capture dropped
  or an edit list left out.
  """
  video, kinds = container.streams.video[0], container.format.name
  indexed = 'mp4' in kinds or (kinds == 'avi' and _holds(path, _AVI_INDEX))
  return (len(video.index_entries) if indexed else 0) or video.frames


def _holds(path: Path, mark: bytes) -> bool:
  with (
    path.open('rb') as file,
    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m,
  ):
    return m.rfind(mark) >= 0


def _reaches_end(container: av.container.InputContainer, ends: list[float]) -> bool:
  """Whether sound or picture lasts as long as the file says, if it says.

  For containers that count no frames, such as Matroska.
  """
  if container.duration is None:
    return True
  rate = container.streams.video[0].average_rate
  tolerance = _ROUNDED + (0.5 / float(rate) if rate else 0.0)
  last = max(ends) - (container.start_time or 0) / av.time_base
  return last >= container.duration / av.time_base - tolerance


def _ends_gif(path: Path) -> bool:
  return path.read_bytes().rstrip(b'\0').endswith(_GIF_END)


def _regular(path: Path, shown: Float[np.ndarray, 'n'], stated: float) -> Timeline:
  """Puts frames on the ticks of one rate."""
  count = len(shown)
  if count == 1:
    return Timeline(stated or 25.0, np.zeros(1, int))
  span = shown[-1] - shown[0]
  usual = float(np.median(np.diff(shown)))
  if not usual > 0 or span > _MOST_REPEATS * count * usual:
    raise InputError(f'{path}: the times of its frames make no sense; {REMEDY}')
  mean = (count - 1) / span
  even = shown[0] + np.arange(count) / mean
  if np.abs(shown - even).max() < 0.5 / mean:  # a constant rate, but for rounding
    near = abs(stated * span / (count - 1) - 1) < _SAME_RATE
    return Timeline(stated if near else mean, np.arange(count))
  ticks = shown[0] + (np.arange(round(span / usual) + 1) + 0.5) * usual
  numbers = np.searchsorted(shown, ticks, side='right') - 1
  return Timeline(1 / usual, np.minimum(numbers, count - 1))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[av.container.InputContainer]:
  """Opens a video; what FFmpeg can't read, then or later, is bad input."""
  check_file(path)
  try:
    with av.open(str(path), options=_OPTIONS, metadata_errors='ignore') as container:
      if not container.streams.video:
        raise InputError(
          f'{path}: no frame of this video can be read; it has no picture'
        )
      yield container
  except av.FFmpegError as error:
    # FFmpeg has EIO for files that end too soon, too.
    if machine_error(error) not in (None, errno.EIO):
      raise
    raise InputError(
      f'{path}: no frame of this video can be read, or a part is missing '
      f'({error.strerror}); {REMEDY}'
    ) from error
