"""Selects the frames of a clip that are shown; on the host, when a set is read.

A sampling selects a fixed number of a clip's frames, in ascending order; where there
are too few, the last is repeated. A new sampling is a line in `SAMPLINGS`. Samplings in
`FRAME_SAMPLINGS` make one window for each labelled frame, of the frames around it.
"""

import numpy as np
from jaxtyping import Float, Int, UInt8


def change(frames: UInt8[np.ndarray, 't h w 3']) -> Float[np.ndarray, 't']:
  """The mean absolute difference of each frame from the first, in units of 0..255."""
  differences = np.abs(frames.astype(np.int16) - frames[0])
  return differences.mean(axis=(1, 2, 3), dtype=np.float32)


def resample(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  """The numbers of the frames at the times 0, 1 / frame_rate, ... of a clip.

  A rate above the clip's own repeats frames.
  """
  times = np.arange(max(1, round(length / fps * frame_rate))) / frame_rate
  return np.minimum(np.round(times * fps).astype(int), length - 1)


def uniform(length: int, frames: int) -> Int[np.ndarray, 't']:
  """Brings a clip to a fixed length (Yu et al. 2018, sec. 4.2).

  A longer clip is sampled uniformly, including its first and last frame; in a shorter
  one the last frame is repeated. A single frame is the last one, because clips begin at
  rest and the first frame would show no expression.
  """
  if frames == 1:
    return np.array([length - 1])
  if length <= frames:
    return np.minimum(np.arange(frames), length - 1)
  return np.round(np.linspace(0, length - 1, frames)).astype(int)


def back_and_forth(count: int, part: int) -> Int[np.ndarray, '{count}']:
  """Plays the first `part` frames forward and backward for `count` frames: 0 1 2 1 0.

  If there are two frames or more, no frame is shown twice in a row.
  """
  turn = max(1, part - 1)
  place = np.arange(count) % (2 * turn)
  return np.minimum(np.minimum(place, 2 * turn - place), part - 1)


def at_rest(count: int, share: float) -> Int[np.ndarray, '{count}']:
  """Plays the start of a clip, `share` of its length, for the clip's duration."""
  return back_and_forth(count, 1 + int((count - 1) * share))


def _uniform(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  del clip  # only their number counts
  return numbers[uniform(len(numbers), frames)]


def _last(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  """The last frames: the strongest of a clip that ends at its apex."""
  del clip  # only their order counts
  return _padded(numbers[-frames:], frames)


def _most_changed(clip: np.ndarray, numbers: np.ndarray, frames: int) -> np.ndarray:
  """The frames that differ most from the first, for clips whose apex is unknown."""
  strongest = np.argsort(-change(clip)[numbers], kind='stable')[:frames]
  return _padded(numbers[np.sort(strongest)], frames)


def _padded(numbers: Int[np.ndarray, 'n'], frames: int) -> Int[np.ndarray, 't']:
  return numbers[np.minimum(np.arange(frames), len(numbers) - 1)]


SAMPLINGS = {
  'uniform': _uniform,
  'last': _last,
  'most_changed': _most_changed,
}
# Jittered training chooses from this many times as many frames.
DENSITY = 4


def window(
  clip: UInt8[np.ndarray, 'n h w 3'],
  fps: float,
  frame_rate: float,
  frames: int,
  sampling: str,
) -> tuple[Int[np.ndarray, 't'], int]:
  """The numbers of the frames that a network is shown, and how many are the clip's own.

  The clip is resampled to `frame_rate` frames per second (0: as recorded; Yu et al.
  2018 use 10 for MMI), then sampled. Numbers after the clip's own repeat the last.
  """
  at_rate = _at_rate(len(clip), fps, frame_rate)
  return SAMPLINGS[sampling](clip, at_rate, frames), min(frames, len(at_rate))


def candidates(
  length: int, fps: float, frame_rate: float, frames: int
) -> tuple[Int[np.ndarray, 'p'], int]:
  """The frame numbers for jittered training, and how many are the clip's own."""
  at_rate, most = _at_rate(length, fps, frame_rate), DENSITY * frames
  return at_rate[uniform(len(at_rate), most)], min(most, len(at_rate))


def _past(frames: int) -> Int[np.ndarray, 't']:
  """The frames that end at the labelled one."""
  return np.arange(frames) - (frames - 1)


def _centred(frames: int) -> Int[np.ndarray, 't']:
  """As many frames before as after; one more before if `frames` is even."""
  return np.arange(frames) - frames // 2


# The offsets of a window's frames from the labelled frame, in steps.
FRAME_SAMPLINGS = {'past': _past, 'centred': _centred}


def frame_windows(
  numbers: Int[np.ndarray, 'n'],
  fps: float,
  frame_rate: float,
  frames: int,
  sampling: str,
) -> Int[np.ndarray, 'n t']:
  """The window of each frame of a recording, as indices of frames.

  A step is 1 / `frame_rate` seconds (0: one frame). A window stays within its frame's
  block of consecutive numbers, whose first or last frame is repeated as needed.

  Args:
    numbers: the numbers of the frames, ascending.
    fps: frames per second of the recording.
    frame_rate: frames per second of a window.
    frames: the number of frames in a window.
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
