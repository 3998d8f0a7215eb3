"""The times of a video's frames: joins restarted clocks, finds a constant rate."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from stc_jax.errors import InputError
from stc_jax.faces.images import REMEDY

UNKNOWN = np.iinfo(np.int64).min  # an unreliable time
# A clock that goes back by more seconds than this has restarted (at a key frame, at
# another frame). Smaller steps back come from decoding order or FFmpeg's guesses.
_BACK = 0.1, 1.0
_GUESSED = 4  # frames; the largest error of guessed times
_REORDERED = 16  # the most frames that decoding reorders
_SAME_RATE = 0.01  # share
# The longest pause of a variable rate, in frames; longer ones mean a broken clock.
_MOST_REPEATS = 100
_USUAL = 25.0  # frames per second of a single frame, where the file states none


class Clock:
  """Collects the presentation times of frames in decoding order.

  If the times go back, the clock has restarted, as at the seam of two joined
  recordings, and a new part begins.

  Args:
    unit: the unit of the times, in seconds.
  """

  def __init__(self, unit: float):
    self._unit, self._last = unit, 0
    self._parts: list[list[int]] = []

  @property
  def count(self) -> int:
    """The number of frames."""
    return sum(map(len, self._parts))

  @property
  def restarts(self) -> int:
    """The number of restarts."""
    return max(0, len(self._parts) - 1)

  def add(self, pts: int, is_key: bool) -> None:
    """Adds the next frame's time, and whether it is a key frame."""
    back = (self._last - pts) * self._unit
    if not self._parts or back > _BACK[0 if is_key else 1]:
      self._parts.append([])
      self._last = pts
    self._parts[-1].append(pts)
    self._last = max(self._last, pts)

  def read(self, rate: float) -> tuple[Float[np.ndarray, 'n'], Int[np.ndarray, 'n']]:
    """The frames in presentation order: their seconds, and their times in the file.

    Each part starts where the previous one ends.

    Args:
      rate: frames per second that the file states; 0: none.
    """
    parts = [np.sort(np.array(part, np.int64)) for part in self._parts]
    steps = np.concatenate([np.diff(part) for part in parts]) * self._unit
    usual = float(np.median(steps)) if len(steps) else 1 / (rate or _USUAL)
    begins, times, own = float(parts[0][0] * self._unit), [], []
    for part in parts:
      since, even = (part - part[0]) * self._unit, np.arange(len(part)) * usual
      # Two frames at one time mean that FFmpeg guessed times, as in program streams,
      # which store the times of few frames.
      twice = (np.diff(part) == 0).any()
      guessed = twice and abs(since[-1] - even[-1]) < _GUESSED * usual
      since = even if guessed else since
      times.append(begins + since)
      own.append(np.full_like(part, UNKNOWN) if guessed else part)
      begins = float(times[-1][-1]) + usual
    return np.concatenate(times), np.concatenate(own)


def unbroken(shown: Float[np.ndarray, 'n']) -> int:
  """The number of frames of a truncated file before the first missing one.

  Decoding order differs from presentation order, so frames may be missing between the
  last ones.
  """
  steps = np.diff(shown)
  first = max(0, len(steps) - _REORDERED)
  gaps = np.flatnonzero(steps[first:] > 1.5 * np.median(steps)) if len(steps) else []
  return first + int(gaps[0]) + 1 if len(gaps) else len(shown)


def regular(
  path: Path, shown: Float[np.ndarray, 'n'], stated: float
) -> tuple[float, Int[np.ndarray, 't'], Float[np.ndarray, 't']]:
  """Resamples frames to a constant rate.

  Returns the rate, the frame of each tick, and the seconds from the first frame to each
  tick: when its frame is shown, or, where a frame is repeated, by the rate.

  Args:
    path: the video.
    shown: the presentation time of each frame, in seconds.
    stated: frames per second that the file states; 0: none.

  Raises:
    InputError: the times are inconsistent.
  """
  count = len(shown)
  if count == 1:
    return stated or _USUAL, np.zeros(1, int), np.zeros(1)
  span = shown[-1] - shown[0]
  usual = float(np.median(np.diff(shown)))
  if not usual > 0 or span > _MOST_REPEATS * count * usual:
    raise InputError(f'{path}: the times of its frames make no sense; {REMEDY}')
  mean = (count - 1) / span
  even = shown[0] + np.arange(count) / mean
  if np.abs(shown - even).max() < 0.5 / mean:  # a constant rate up to rounding
    near = abs(stated * span / (count - 1) - 1) < _SAME_RATE
    return (stated if near else mean), np.arange(count), shown - shown[0]
  ticks = shown[0] + (np.arange(round(span / usual) + 1) + 0.5) * usual
  numbers = np.minimum(np.searchsorted(shown, ticks, side='right') - 1, count - 1)
  times, (_, firsts) = ticks - shown[0] - 0.5 * usual, np.unique(numbers, True)
  times[firsts] = shown[numbers[firsts]] - shown[0]
  return 1 / usual, numbers, times
