"""The times of a video's frames: one clock where it restarts, and one rate."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from stc_jax.errors import InputError
from stc_jax.faces.images import REMEDY

UNKNOWN = np.iinfo(np.int64).min  # a time that can't be trusted
# A clock that goes back so far, in seconds, has restarted: at a key frame, elsewhere.
# Less is the order of decoding, or a time that FFmpeg guessed.
_BACK = 0.1, 1.0
_GUESSED = 4  # frames: so far guessed times may be off
_REORDERED = 16  # frames at most
_SAME_RATE = 0.01  # share
# Of a variable rate, the pauses: longer ones are a broken clock.
_MOST_REPEATS = 100
_USUAL = 25.0  # frames a second, where nothing tells


class Clock:
  """Gathers when frames are shown, in the order in which they are decoded.

  A clock that goes back has restarted, as at the seam of two recordings put into one
  file; then another part begins.

  Args:
    unit: of its times, in seconds.
  """

  def __init__(self, unit: float):
    self._unit, self._last = unit, 0
    self._parts: list[list[int]] = []

  @property
  def count(self) -> int:
    """How many frames there are."""
    return sum(map(len, self._parts))

  @property
  def restarts(self) -> int:
    """How often it restarts."""
    return max(0, len(self._parts) - 1)

  def add(self, pts: int, is_key: bool) -> None:
    """Takes the next frame's time, and whether it is a key frame."""
    back = (self._last - pts) * self._unit
    if not self._parts or back > _BACK[0 if is_key else 1]:
      self._parts.append([])
      self._last = pts
    self._parts[-1].append(pts)
    self._last = max(self._last, pts)

  def read(self, rate: float) -> tuple[Float[np.ndarray, 'n'], Int[np.ndarray, 'n']]:
    """All frames in the order in which they are shown: seconds, and their own times.

    Each part goes on where the last ends.

    Args:
      rate: frames a second, as the file says; 0: it doesn't.
    """
    parts = [np.sort(np.array(part, np.int64)) for part in self._parts]
    steps = np.concatenate([np.diff(part) for part in parts]) * self._unit
    usual = float(np.median(steps)) if len(steps) else 1 / (rate or _USUAL)
    begins, times, own = float(parts[0][0] * self._unit), [], []
    for part in parts:
      since, even = (part - part[0]) * self._unit, np.arange(len(part)) * usual
      # Two frames at one time: FFmpeg guessed, as of program streams, which keep the
      # times of a few frames.
      twice = (np.diff(part) == 0).any()
      guessed = twice and abs(since[-1] - even[-1]) < _GUESSED * usual
      since = even if guessed else since
      times.append(begins + since)
      own.append(np.full_like(part, UNKNOWN) if guessed else part)
      begins = float(times[-1][-1]) + usual
    return np.concatenate(times), np.concatenate(own)


def unbroken(shown: Float[np.ndarray, 'n']) -> int:
  """How many frames of a file that is cut are shown before the first that is missing.

  Frames are decoded in another order than they are shown, so that some of the last may
  lack those before them.
  """
  steps = np.diff(shown)
  first = max(0, len(steps) - _REORDERED)
  gaps = np.flatnonzero(steps[first:] > 1.5 * np.median(steps)) if len(steps) else []
  return first + int(gaps[0]) + 1 if len(gaps) else len(shown)


def regular(
  path: Path, shown: Float[np.ndarray, 'n'], stated: float
) -> tuple[float, Int[np.ndarray, 't']]:
  """Puts frames on the ticks of one rate: that rate, and the frame at each tick.

  Args:
    path: the video.
    shown: when each frame is shown, in seconds.
    stated: frames a second, as the file says; 0: it doesn't.

  Raises:
    InputError: the times make no sense.
  """
  count = len(shown)
  if count == 1:
    return stated or _USUAL, np.zeros(1, int)
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
