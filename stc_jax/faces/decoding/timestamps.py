"""The presentation times of a video's frames, and whether frames are missing.

The packets of a file are read with FFmpeg's libraries (PyAV); nothing is decoded.
"""

import mmap
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from jaxtyping import Float, Int

from stc_jax.errors import InputError
from stc_jax.faces.decoding import clock, orientation, truncation
from stc_jax.faces.decoding import container as containers
from stc_jax.faces.images import REMEDY

_GIF, _GIF_END = '.gif', b';'
_AVI_INDEX = b'idx1'  # at the file's end
# Containers whose header states the duration; for others FFmpeg estimates it.
_STATE_DURATION = ('matroska', 'asf', 'flv')
# Tolerated error of the stated duration: sound starts early, ends late, clocks drift.
_MOST_SHORTFALL, _MOST_SHARE = 0.5, 0.5  # seconds; share of the duration
_NOTED = 1.25  # frames; in many files the last packet has no duration
_ROUNDED = 0.01  # seconds; times are rounded, in Matroska to milliseconds


class Timeline(NamedTuple):
  """The presentation times of a video's frames.

  Attributes:
    fps: frames per second; the median rate where the rate varies.
    numbers: the number of the frame at each tick of that rate; for a truncated file up
      to the first missing frame.
    times: seconds from the first frame to each tick.
    pts: the time of each frame in presentation order, in the file's units;
      `clock.UNKNOWN` where it is unreliable.
    declared: the number of frames that the file states; 0: none.
    is_cut: whether the file ends before its last frame.
    notes: anomalies of the file, one sentence each.
  """

  fps: float
  numbers: Int[np.ndarray, 't']
  times: Float[np.ndarray, 't']
  pts: Int[np.ndarray, 'n']
  declared: int
  is_cut: bool
  notes: tuple[str, ...]


def of(path: Path) -> Timeline:
  """Reads the presentation times of a video's frames.

  Raises:
    InputError: as `videos.read_video`, except for truncated files; or the times are
      inconsistent.
  """
  with containers.opened(path) as (container, video):
    declared, kind = _declared(path, container, video), container.format.name
    passed = _read_packets(container, video)
    aspect = video.sample_aspect_ratio if orientation.aspect_of(video) is None else None
    rate = float(video.average_rate or 0)
    length = (container.duration or 0) / av.time_base
  if not passed.clock.count:
    raise InputError(f'{path}: no frame of this video can be read; {REMEDY}')
  lacking = max(0.0, length - passed.end) if kind.startswith(_STATE_DURATION) else 0.0
  is_cut = passed.is_cut or passed.count < declared
  is_cut |= path.suffix.lower() == _GIF and not _ends_gif(path)
  if not declared:
    early = truncation.ends_early(path)
    guessed = early and kind == 'asf'  # the duration is FFmpeg's estimate
    much = lacking > min(_MOST_SHORTFALL, _MOST_SHARE * length)
    rounded = 0.5 / rate + _ROUNDED if rate else _ROUNDED
    is_cut |= much or guessed or (early and lacking > rounded)
    declared = round(length * rate) if is_cut and lacking and not guessed else 0
  times, pts = passed.clock.read(rate)
  times = times[: clock.unbroken(times)] if is_cut else times
  fps, numbers, times = clock.regular(path, times, rate)
  noted = lacking if lacking * rate > _NOTED and not is_cut else 0.0
  notes = tuple(_notes(passed.clock.restarts, noted, length, aspect))
  if kind == 'avi':  # stores decoding times, not presentation times
    pts = np.full_like(pts, clock.UNKNOWN)
  return Timeline(fps, numbers, times, pts, declared, is_cut, notes)


class _Packets(NamedTuple):
  """The result of reading a file's packets.

  Attributes:
    clock: the times of the frames to show.
    count: the number of packets that hold a frame.
    end: the end of the last track, in seconds.
    is_cut: whether a packet is damaged; it and later packets aren't counted.
  """

  clock: clock.Clock
  count: int
  end: float
  is_cut: bool


def _read_packets(
  container: av.container.InputContainer, video: av.VideoStream
) -> _Packets:
  shown, count, end = clock.Clock(float(video.time_base)), 0, 0.0
  for packet in containers.whole_packets(container, video, alone=False):
    if packet is None:
      return _Packets(shown, count, end, True)
    if packet.pts is None or not packet.size:
      continue
    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    if packet.stream is video:
      count += 1
      if not packet.is_discard:
        shown.add(packet.pts, packet.is_keyframe)
  return _Packets(shown, count, end, False)


def _declared(
  path: Path, container: av.container.InputContainer, video: av.VideoStream
) -> int:
  """The number of frames that the file states; 0: none.

  The index is preferred, because a header also counts frames that a capture dropped or
  that an edit list leaves out.
  """
  kinds = container.format.name
  indexed = 'mp4' in kinds or (kinds == 'avi' and _holds(path, _AVI_INDEX))
  return (len(video.index_entries) if indexed else 0) or video.frames


def _holds(path: Path, mark: bytes) -> bool:
  with (
    path.open('rb') as file,
    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as m,
  ):
    return m.rfind(mark) >= 0


def _ends_gif(path: Path) -> bool:
  return path.read_bytes().rstrip(b'\0').endswith(_GIF_END)


def _notes(
  restarts: int, lacking: float, length: float, aspect: Fraction | None
) -> Iterator[str]:
  if restarts:
    times = 'once' if restarts == 1 else f'{restarts} times'
    yield (
      f"the file's clock starts anew {times}, as where recordings were put together; "
      'they are taken one after the other'
    )
  if lacking:
    yield (
      f'the file says that it lasts {length:.2f} s; picture and sound end '
      f'{lacking:.2f} s before'
    )
  if aspect is not None:
    yield (
      f'the file says that its pixels are {float(aspect):.3g} times as wide as high; '
      'they are taken for square'
    )
