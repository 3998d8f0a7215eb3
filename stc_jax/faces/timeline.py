"""When the frames of a video are shown, and whether any is missing.

A file is gone through packet by packet, through FFmpeg's libraries (PyAV), which
decodes nothing.
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
from stc_jax.faces import container as containers
from stc_jax.faces import structure, upright
from stc_jax.faces.images import REMEDY

_GIF, _GIF_END = '.gif', b';'
_AVI_INDEX = b'idx1'  # at the file's end
# Containers whose header says how long they last; of others FFmpeg makes it up.
_STATE_DURATION = ('matroska', 'asf', 'flv')
# A header may be wrong by so much: sound begins early and ends late, clocks drift.
_MOST_SHORTFALL, _MOST_SHARE = 0.5, 0.5  # seconds; share of the duration
_ROUNDED = 0.01  # seconds: timestamps are rounded, to milliseconds in Matroska
_SAME_RATE = 0.01  # share
_BACK = 1.0  # seconds: a clock that goes back so far has restarted
# Of a variable rate, the pauses: longer ones are a broken clock.
_MOST_REPEATS = 100


class Timeline(NamedTuple):
  """When a video's frames are shown.

  Attributes:
    fps: frames a second: of a variable rate, the usual one.
    numbers: at each tick of that rate, the number of the frame shown.
    pts: of each frame, in the order in which they are shown, in the file's own units.
    declared: how many frames there should be; 0 where the file doesn't say.
    is_cut: whether the file ends before its last frame.
    notes: what is odd about the file, a sentence each.
  """

  fps: float
  numbers: Int[np.ndarray, 't']
  pts: Int[np.ndarray, 'n']
  declared: int
  is_cut: bool
  notes: tuple[str, ...]


def of(path: Path) -> Timeline:
  """When the frames of a video are shown.

  Raises:
    InputError: as `videos.read_video`, but for files that are cut short; or its
      timestamps make no sense.
  """
  with containers.opened(path) as (container, video):
    declared, kind = _declared(path, container, video), container.format.name
    parts, packets, end, is_cut = [[]], 0, 0.0, False
    before = None
    for packet in containers.whole_packets(container):
      if packet is None:
        is_cut = True
        break
      if packet.pts is None or not packet.size:
        continue
      end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
      if packet.stream is not video:
        continue
      if _restarts(packet, before):
        parts.append([])
      packets, before = packets + 1, packet.dts
      if not packet.is_discard:
        parts[-1].append(packet.pts)
    aspect = video.sample_aspect_ratio if upright.aspect_of(video) is None else None
    rate, unit = float(video.average_rate or 0), float(video.time_base)
    lacking, length = _lacking(container, end), (container.duration or 0) / av.time_base
  parts = [np.sort(part) for part in parts if part]
  if not parts:
    raise InputError(f'{path}: no frame of this video can be read; {REMEDY}')
  step = 1 / rate if rate else 0.0
  if not declared:
    early = structure.ends_early(path)
    guessed = early and kind == 'asf'  # by FFmpeg: how long it should last
    much = lacking > min(_MOST_SHORTFALL, _MOST_SHARE * length)
    is_cut |= much or guessed or (early and lacking > 0.5 * step + _ROUNDED)
    declared = round(length * rate) if is_cut and not guessed else 0
  is_cut |= packets < declared or (path.suffix.lower() == _GIF and not _ends_gif(path))
  fps, numbers = _regular(path, _one_clock(parts, unit, rate), rate)
  is_noted = not is_cut and lacking > step + _ROUNDED
  notes = tuple(_notes(len(parts), lacking if is_noted else 0.0, length, aspect))
  return Timeline(fps, numbers, np.concatenate(parts), declared, is_cut, notes)


def _restarts(packet: av.Packet, before: int | None) -> bool:
  """Whether a clock went back, as at the seam of two recordings put into one file."""
  if before is None or packet.dts is None or packet.dts >= before:
    return False
  return packet.is_keyframe or (before - packet.dts) * packet.time_base > _BACK


def _one_clock(
  parts: list[Int[np.ndarray, '_']], unit: float, rate: float
) -> Float[np.ndarray, 'n']:
  """The times of all frames, in seconds, where each part goes on after the last."""
  steps = np.concatenate([np.diff(part) for part in parts]) * unit
  step = float(np.median(steps)) if len(steps) else 1 / (rate or 25.0)
  times = [parts[0] * unit]
  for part in parts[1:]:
    times.append(times[-1][-1] + step + (part - part[0]) * unit)
  return np.concatenate(times)


def _declared(
  path: Path, container: av.container.InputContainer, video: av.VideoStream
) -> int:
  """How many frames the file says that it holds; 0 where it doesn't say.

  By its index, where that is there: a header counts frames, too, that a capture dropped
  or an edit list left out.
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


def _lacking(container: av.container.InputContainer, end: float) -> float:
  """How many seconds sound and picture end before the file says."""
  stated = container.format.name.startswith(_STATE_DURATION)
  if container.duration is None or not stated:
    return 0.0
  return max(0.0, container.duration / av.time_base - end)


def _ends_gif(path: Path) -> bool:
  return path.read_bytes().rstrip(b'\0').endswith(_GIF_END)


def _notes(
  parts: int, lacking: float, length: float, aspect: Fraction | None
) -> Iterator[str]:
  if parts > 1:
    yield (
      f"the file's clock starts anew {parts - 1} times, as where recordings were put "
      'together; they are taken one after the other'
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


def _regular(
  path: Path, shown: Float[np.ndarray, 'n'], stated: float
) -> tuple[float, Int[np.ndarray, 't']]:
  """Puts frames on the ticks of one rate: that rate, and the frame at each tick."""
  count = len(shown)
  if count == 1:
    return stated or 25.0, np.zeros(1, int)
  span = shown[-1] - shown[0]
  usual = float(np.median(np.diff(shown)))
  if not usual > 0 or span > _MOST_REPEATS * count * usual:
    raise InputError(f'{path}: the times of its frames make no sense; {REMEDY}')
  mean = (count - 1) / span
  even = shown[0] + np.arange(count) / mean
  if np.abs(shown - even).max() < 0.5 / mean:  # a constant rate, but for rounding
    near = abs(stated * span / (count - 1) - 1) < _SAME_RATE
    return (stated if near else mean), np.arange(count)
  ticks = shown[0] + (np.arange(round(span / usual) + 1) + 0.5) * usual
  numbers = np.searchsorted(shown, ticks, side='right') - 1
  return 1 / usual, np.minimum(numbers, count - 1)
