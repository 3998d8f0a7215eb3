"""The image pyramid that P-Net searches: a frame at all sizes, in one picture."""

import dataclasses
import math

import cv2
import numpy as np
from jaxtyping import UInt8

# The size and the stride of P-Net's window, in pixels of a level.
CELL, STRIDE = 12, 2
_FACTOR = 0.709  # from one level to the next (Zhang et al. 2016: areas halve)
_ROUND = 32  # the sides of the picture are multiples of this


@dataclasses.dataclass(frozen=True)
class Level:
  """The frame at `factor` times its size, placed at `top`, `left` of the picture."""

  factor: float
  height: int
  width: int
  top: int
  left: int

  def windows(self) -> tuple[slice, slice]:
    """The rows and columns of P-Net's output whose windows are inside this level."""
    return tuple(
      slice(start // STRIDE, (start + size - CELL) // STRIDE + 1)
      for start, size in ((self.top, self.height), (self.left, self.width))
    )


@dataclasses.dataclass(frozen=True)
class Plan:
  """The places of all levels, and the size of the picture."""

  levels: tuple[Level, ...]
  height: int
  width: int


def plan(height: int, width: int, min_face: float) -> Plan:
  """Places the levels for faces from `min_face` pixels up to the whole frame.

  Levels are packed in columns, each in the first column with enough room.
  """
  levels, columns, right = [], [], 0
  factor = CELL / min_face
  while round(min(height, width) * factor) >= CELL:
    h, w = round(height * factor), round(width * factor)
    column = next((c for c in columns if c[1] + h <= levels[0].height), None)
    if column is None:
      column = [right, 0]
      columns.append(column)
      right += _even(w)
    levels.append(Level(factor, h, w, top=column[1], left=column[0]))
    column[1] += _even(h)
    factor *= _FACTOR
  tall = levels[0].height if levels else CELL
  return Plan(tuple(levels), _rounded(tall), _rounded(max(right, CELL)))


def draw(frame: UInt8[np.ndarray, 'h w 3'], plan: Plan) -> UInt8[np.ndarray, '_ _ 3']:
  """Draws the picture that `plan` describes."""
  picture = np.zeros((plan.height, plan.width, 3), np.uint8)
  # A level is scaled from the one two before it, which is twice as large; the first two
  # from the frame.
  sources = [frame, frame]
  for level in plan.levels:
    way = cv2.INTER_LINEAR if level.factor > 1 else cv2.INTER_AREA
    size = level.width, level.height
    sources.append(cv2.resize(sources[-2], size, interpolation=way))
    rows = slice(level.top, level.top + level.height)
    picture[rows, level.left : level.left + level.width] = sources[-1]
  return picture


def _even(size: int) -> int:
  return size + size % STRIDE


def _rounded(size: int) -> int:
  return _ROUND * math.ceil(size / _ROUND)
