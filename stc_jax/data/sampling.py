"""Which frames of a clip are shown: on the host, when a set is read.

A sampling chooses so many of the numbers of a clip's frames that may be shown, in
ascending order; where there are too few the last is repeated. A new one is a line in
`SAMPLINGS`. A sampling of `FRAME_SAMPLINGS` shows each labelled frame with those around
it: one window a frame.
"""

import numpy as np
from jaxtyping import Float, Int, UInt8


def change(frames: UInt8[np.ndarray, 't h w 3']) -> Float[np.ndarray, 't']:
  """Of each frame, the mean absolute difference from the first, in units of 0..255."""
  differences = np.abs(frames.astype(np.int16) - frames[0])
  return differences.mean(axis=(1, 2, 3), dtype=np.float32)


def resample(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  """Numbers of the frames shown at times 0, 1 / frame_rate, ... of a clip.

  A rate above the clip's own repeats frames.
  """
  times = np.arange(max(1, round(length / fps * frame_rate))) / frame_rate
  return np.minimum(np.round(times * fps).astype(int), length - 1)


def uniform(length: int, frames: int) -> Int[np.ndarray, 't']:
  """Brings a clip to a fixed length (Yu et al. 2018, sec. 4.2).

  Uniform sampling that keeps the first and the last frame where the clip is longer; the
  last frame repeated where it is shorter. One frame alone is the last: clips begin at
  rest, and the first would show no expression.
  """
  if frames == 1:
    return np.array([length - 1])
  if length <= frames:
    return np.minimum(np.arange(frames), length - 1)
  return np.round(np.linspace(0, length - 1, frames)).astype(int)


def back_and_forth(count: int, part: int) -> Int[np.ndarray, '{count}']:
  """Plays the first `part` frames forward and backward, in real time: 0, 1, 2, 1, 0.

  It lasts for `count` frames; none is shown twice in a row, where there are two.
  """
  turn = max(1, part - 1)
  place = np.arange(count) % (2 * turn)
  return np.minimum(np.minimum(place, 2 * turn - place), part - 1)


def at_rest(count: int, share: float) -> Int[np.ndarray, '{count}']:
  """A clip's start, which is that share of it, played for as long as the clip."""
  return back_and_forth(count, 1 + int((count - 1) * share))


def _uniform(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  del clip  # Their number is enough.
  return numbers[uniform(len(numbers), frames)]


def _last(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  """The strongest frames of a clip that ends at its apex."""
  del clip  # Their order is enough.
  return _padded(numbers[-frames:], frames)


def _most_changed(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  """The strongest frames of one whose apex has no known place: unlike the first."""
  strongest = np.argsort(-change(clip)[numbers], kind='stable')[:frames]
  return _padded(numbers[np.sort(strongest)], frames)


def _padded(numbers: Int[np.ndarray, 'n'], frames: int) -> Int[np.ndarray, 't']:
  return numbers[np.minimum(np.arange(frames), len(numbers) - 1)]


SAMPLINGS = {
  'uniform': _uniform,
  'last': _last,
  'most_changed': _most_changed,
}
# Where training shows other frames each time, it chooses from so many times as many.
DENSITY = 4


def window(
  clip: UInt8[np.ndarray, 'n h w 3'],
  fps: float,
  frame_rate: float,
  frames: int,
  sampling: str,
) -> tuple[Int[np.ndarray, 't'], int]:
  """The frame numbers that a network is shown of a clip, and how many are its own.

  First resampled to `frame_rate` frames a second (0: as recorded; Yu et al. 2018 take
  MMI at 10), then sampled; the numbers past those repeat the last.
  """
  at_rate = _at_rate(len(clip), fps, frame_rate)
  return SAMPLINGS[sampling](clip, at_rate, frames), min(frames, len(at_rate))


def candidates(
  length: int, fps: float, frame_rate: float, frames: int
) -> tuple[Int[np.ndarray, 'p'], int]:
  """The frame numbers that jittered training chooses from, and how many are its own."""
  at_rate, most = _at_rate(length, fps, frame_rate), DENSITY * frames
  return at_rate[uniform(len(at_rate), most)], min(most, len(at_rate))


def _past(frames: int) -> Int[np.ndarray, 't']:
  """The frames that end at the labelled one."""
  return np.arange(frames) - (frames - 1)


def _centred(frames: int) -> Int[np.ndarray, 't']:
  """As many before as behind; one more before, where `frames` is even."""
  return np.arange(frames) - frames // 2


# How far from the labelled frame those shown with it are, in steps.
FRAME_SAMPLINGS = {'past': _past, 'centred': _centred}


def frame_windows(
  numbers: Int[np.ndarray, 'n'],
  fps: float,
  frame_rate: float,
  frames: int,
  sampling: str,
) -> Int[np.ndarray, 'n t']:
  """The places of the frames that are shown with each of a recording's frames.

  Steps are of 1 / `frame_rate` seconds (0: of a frame). No window leaves the block of
  consecutive numbers that its frame is in: the block's first or last frame is repeated.

  Args:
    numbers: of the frames, ascending.
    fps: as recorded.
    frame_rate: frames a second that are shown.
    frames: how many of them.
    sampling: one of `FRAME_SAMPLINGS`.
  """
  places = np.arange(len(numbers))
  starts = np.diff(numbers, prepend=numbers[0] - 2) != 1
  first = np.maximum.accumulate(np.where(starts, places, 0))
  block = np.cumsum(starts) - 1
  last = np.append(places[starts][1:], len(numbers))[block] - 1
  steps = FRAME_SAMPLINGS[sampling](frames) * (fps / frame_rate if frame_rate else 1)
  shown = places[:, None] + np.round(steps).astype(int)
  return np.clip(shown, first[:, None], last[:, None])


def _at_rate(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  return resample(length, fps, frame_rate) if frame_rate else np.arange(length)
