"""How clips look in a few numbers, and how far a clip lies from the training clips.

The numbers are of a clip's frames at the size of the network's input, before
normalisation. With a measure's 5th and 95th percentile over the training clips, the
distance of a clip in this measure is 0 between them. Beyond them it is how far beyond,
divided by the difference of the two. Amounts are compared as logarithms, so that half
the light is as far as twice the light.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.data import sampling
from stc_jax.data.clip_set import ClipSet
from stc_jax.errors import require

# The amounts, with what is added before the logarithm: less is no visible difference.
_AMOUNTS = {
  'motion': 1.0,  # the largest mean change of a frame from the first, in levels
  'brightness': 4.0,  # the mean of gray, in levels of 0..255
  'contrast': 2.0,  # the deviation of gray over a frame, in levels
  'sharpness': 0.02,  # the mean magnitude of the Laplacian of gray over the contrast
  'colour': 2.0,  # the mean difference of a pixel's largest and least colour, in levels
}
# The likeness of a clip's edges to those of the mean training clip, 0 to 1: the
# correlation of the roots of gradients, averaged over cells. A face of another size,
# place or pose has its edges elsewhere. It is compared as it is, and none is too high.
_FRAMING = 'framing'
MEASURES = (*_AMOUNTS, _FRAMING)
CELLS = 16  # in a row and in a column
# Beyond this distance a clip counts as outside of the training clips. On the embedded
# dataset 4.7 % of held-out clips are (python -m benchmarks.distance).
FAR = 0.5
_MOST_CLIPS = 1000  # that are measured of a training set, evenly spaced
_LEAST_CONTRAST = 1.0  # levels
# Training clips may be nearly the same in a measure: a difference of a tenth more than
# theirs is never far.
_LEAST_RANGE = 0.2
_DECIMALS = 4


@dataclasses.dataclass(frozen=True)
class ClipLooks:
  """How training clips look.

  Attributes:
    ranges: of measures, `low`, `median` and `high`: the 5th, 50th and 95th percentile.
      A measure that tells nothing, such as the motion of stills, isn't there.
    edges: of the mean clip, `CELLS` x `CELLS` row by row; empty if unknown.

  Raises:
    InputError: a measure is unknown, or the number of edges is wrong.
  """

  ranges: dict[str, dict[str, float]]
  edges: tuple[float, ...] = ()

  def __post_init__(self):
    """Checks the names and the number."""
    for name in self.ranges:
      require(name in MEASURES, 'ranges', name, f'be one of {", ".join(MEASURES)}')
    count = CELLS**2 if _FRAMING in self.ranges else 0
    require(len(self.edges) == count, 'edges', len(self.edges), f'be {count}')

  def distance(self, name: str, value: float) -> float:
    """How far a clip's measure lies outside of the training clips; 0 within them."""
    own = self.ranges[name]
    low, high, at = (_scaled(name, x) for x in (own['low'], own['high'], value))
    beyond = low - at if name == _FRAMING else max(low - at, at - high)
    return max(0.0, beyond) / max(high - low, _LEAST_RANGE)


def measure(
  frames: UInt8[np.ndarray, 't h w 3'], motion: float, edges: Sequence[float]
) -> Float[np.ndarray, 'measures']:
  """The measures of a clip in the order of `MEASURES`; `framing` NaN without `edges`.

  Args:
    frames: the clip's own, as the network sees them; the first, the middle and the last
      are looked at.
    motion: see `sampling.change`.
    edges: as `ClipLooks.edges`.
  """
  amounts, own = _amounts(frames, motion), _edges(frames)
  return np.append(amounts, max(0.0, own @ edges) if len(edges) else np.nan)


def of_clips(
  clip_set: ClipSet, numbers: Sequence[int], with_stills: bool = False
) -> ClipLooks:
  """How the clips of a set look; of many, a thousand are measured.

  Args:
    clip_set: the set.
    numbers: of the clips.
    with_stills: training shows stills, too, so that no motion is too little.
  """
  count = min(len(numbers), _MOST_CLIPS)
  chosen = np.asarray(numbers)[np.linspace(0, len(numbers) - 1, count).astype(int)]
  clips = [shown(clip_set, number) for number in chosen]
  amounts = np.stack([_amounts(clip, _motion(clip)) for clip in clips])
  each = np.stack([_edges(clip) for clip in clips])
  mean = np.round(_unit(each.mean(axis=0)), _DECIMALS)
  columns = np.column_stack([amounts, np.maximum(0, each @ mean)])
  ranges = {
    name: spread(column) for name, column in zip(MEASURES, columns.T, strict=True)
  }
  moves = amounts[:, 0][[len(clip) > 1 for clip in clips]]
  if moves.any():  # beside stills, of the clips alone
    ranges['motion'] = spread(moves) | ({'low': 0.0} if with_stills else {})
  else:
    del ranges['motion']
  return ClipLooks(ranges, tuple(mean.tolist()))


def shown(clip_set: ClipSet, number: int) -> UInt8[np.ndarray, 't h w 3']:
  """The own frames of a clip that tests show."""
  return clip_set.frames[clip_set.windows[number][: clip_set.lengths[number]]]


def measures_of(
  frames: UInt8[np.ndarray, 't h w 3'], edges: Sequence[float]
) -> dict[str, float]:
  """The measures of a clip by name; see `measure`."""
  found = measure(frames, _motion(frames), edges)
  return dict(zip(MEASURES, found.tolist(), strict=True))


def spread(values: Float[np.ndarray, 'n']) -> dict[str, float]:
  """The 5th, 50th and 95th percentile."""
  low, median, high = np.percentile(values.astype(np.float64), (5, 50, 95)).tolist()
  return {'low': low, 'median': median, 'high': high}


def _scaled(name: str, value: float) -> float:
  """A measure on the scale on which differences are compared."""
  return value if name == _FRAMING else float(np.log(value + _AMOUNTS[name]))


def _motion(frames: UInt8[np.ndarray, 't h w 3']) -> float:
  return float(sampling.change(frames).max())


def _amounts(
  frames: UInt8[np.ndarray, 't h w 3'], motion: float
) -> Float[np.ndarray, 'amounts']:
  few = _few(frames)
  grays = _grays(few)
  contrast = grays.std(axis=(1, 2)).mean()
  laplacian = np.mean([np.abs(cv2.Laplacian(g, cv2.CV_32F)).mean() for g in grays])
  red, green, blue = (few[..., i] for i in range(3))  # faster than along the last axis
  most = np.maximum(np.maximum(red, green), blue)
  colour = most - np.minimum(np.minimum(red, green), blue)
  sharpness = laplacian / max(contrast, _LEAST_CONTRAST)
  return np.array([motion, grays.mean(), contrast, sharpness, colour.mean()], float)


def _edges(frames: UInt8[np.ndarray, 't h w 3']) -> Float[np.ndarray, 'cells']:
  """The roots of a clip's gradients in cells, without their mean, of length 1."""
  gray = _grays(_few(frames)).mean(axis=0)
  across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
  root = np.sqrt(np.hypot(across, down))
  cells = cv2.resize(root, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
  return _unit(cells.ravel().astype(float))


def _few(frames: UInt8[np.ndarray, 't h w 3']) -> UInt8[np.ndarray, 'k h w 3']:
  """The first, the middle and the last frame."""
  return frames[sorted({0, len(frames) // 2, len(frames) - 1})]


def _grays(frames: UInt8[np.ndarray, 'k h w 3']) -> Float[np.ndarray, 'k h w']:
  """The mean of the colours, float32."""
  return frames @ np.full(3, 1 / 3, np.float32)


def _unit(cells: Float[np.ndarray, 'cells']) -> Float[np.ndarray, 'cells']:
  centred = cells - cells.mean()
  return centred / max(float(np.linalg.norm(centred)), 1e-6)
