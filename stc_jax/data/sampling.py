"""Which frames of a clip are shown: on the host, before any pixel is touched.

A sampling maps a clip's length and the number of frames wanted to that many ascending
frame numbers; where a clip is too short the last is repeated. A new one is a line in
`SAMPLINGS`.
"""

import numpy as np
from jaxtyping import Int


def resample(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  """Numbers of the frames shown at times 0, 1 / frame_rate, ... of a clip.

  A rate above the clip's own repeats frames.
  """
  times = np.arange(max(1, round(length / fps * frame_rate))) / frame_rate
  return np.minimum(np.round(times * fps).astype(int), length - 1)


def uniform(length: int, frames: int) -> Int[np.ndarray, 't']:
  """Brings a clip to a fixed length (Yu et al. 2018, sec. 4.2).

  Uniform sampling that keeps the first and the last frame where the clip is longer; the
  last frame repeated where it is shorter.
  """
  if length <= frames:
    return np.minimum(np.arange(frames), length - 1)
  return np.round(np.linspace(0, length - 1, frames)).astype(int)


SAMPLINGS = {'uniform': uniform}
# Where training shows other frames each time, it chooses from so many times as many.
_DENSITY = 4


def window(
  length: int, fps: float, frame_rate: float, frames: int, sampling: str
) -> tuple[Int[np.ndarray, 't'], int]:
  """The frame numbers that a network is shown of a clip, and how many are real.

  First resampled to `frame_rate` frames a second (0: as recorded; Yu et al. 2018 take
  MMI at 10), then sampled; the numbers past the real ones repeat the last.
  """
  at_rate = _at_rate(length, fps, frame_rate)
  chosen = at_rate[SAMPLINGS[sampling](len(at_rate), frames)]
  return chosen, min(frames, len(at_rate))


def candidates(
  length: int, fps: float, frame_rate: float, frames: int
) -> tuple[Int[np.ndarray, 'p'], int]:
  """The frame numbers that jittered training chooses from, and how many are real."""
  at_rate, most = _at_rate(length, fps, frame_rate), _DENSITY * frames
  return at_rate[uniform(len(at_rate), most)], min(most, len(at_rate))


def _at_rate(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  return resample(length, fps, frame_rate) if frame_rate else np.arange(length)
