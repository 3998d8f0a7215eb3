"""The upright grid on which a face is painted, and soft shapes on it.

Everything about a face is painted with the head upright, so that x is a row vector and
y a column vector: Gaussians are outer products, and lids and lips are curves y(x).
"""

import dataclasses
import functools

import cv2
import numpy as np

from stc_jax.faces import face_crop

# The frame is cut as real faces are; shares of its side.
EYE_SPAN = 1 / (face_crop.ABOVE + face_crop.BELOW)
EYE_HEIGHT = face_crop.ABOVE / (face_crop.ABOVE + face_crop.BELOW)

# Bounds of the canvas in face units; the frame lies within, with room for head motion.
LEFT, TOP, WIDTH, HEIGHT = -1.6, -1.1, 3.2, 3.2


@dataclasses.dataclass(frozen=True, eq=False)
class Canvas:
  """A grid of pixels in face units.

  Attributes:
    scale: Pixels per unit.
    x: float32[1, w], centres of the columns.
    y: float32[h, 1], centres of the rows.
  """

  scale: float
  x: np.ndarray
  y: np.ndarray

  @property
  def shape(self) -> tuple[int, int]:
    """Rows and columns."""
    return self.y.shape[0], self.x.shape[1]

  def window(self, left: float, top: float, right: float, bottom: float):
    """The slices of a rectangle and the canvas that it cuts out."""
    rows = np.clip(((np.array([top, bottom]) - TOP) * self.scale).astype(int), 0, None)
    columns = np.clip(
      ((np.array([left, right]) - LEFT) * self.scale).astype(int), 0, None
    )
    part = slice(*rows), slice(*columns)
    return part, Canvas(self.scale, self.x[:, part[1]], self.y[part[0]])

  def blob(self, x: float, y: float, sx: float, sy: float) -> np.ndarray:
    """A Gaussian of height 1."""
    across = np.exp(-0.5 * ((self.x - x) / sx) ** 2)
    return across * np.exp(-0.5 * ((self.y - y) / sy) ** 2)

  def edge(self, distance: np.ndarray, softness: float = 0.0) -> np.ndarray:
    """1 where `distance` > 0, else 0, with a ramp of a pixel or of `softness`."""
    return np.clip(distance / max(1 / self.scale, softness) + 0.5, 0, 1)

  def strokes(self, lines, width: float) -> np.ndarray:
    """Soft lines through points in face units, 1 at their deepest."""
    image = np.zeros(self.shape, np.float32)
    for line in lines:
      points = (np.asarray(line) - [LEFT, TOP]) * self.scale * 16
      cv2.polylines(
        image, [points.astype(np.int32)], False, 1.0, 1, cv2.LINE_AA, shift=4
      )
    soft = cv2.GaussianBlur(image, (0, 0), max(width * self.scale, 0.6))
    return soft / max(float(soft.max()), 1e-6)


@functools.lru_cache(maxsize=4)
def canvas_of(size: int) -> Canvas:
  """The canvas for frames of `size` pixels, at twice their resolution."""
  scale = 2 * size * EYE_SPAN
  x = LEFT + (np.arange(round(WIDTH * scale), dtype=np.float32) + 0.5) / scale
  y = TOP + (np.arange(round(HEIGHT * scale), dtype=np.float32) + 0.5) / scale
  return Canvas(scale, x[None].astype(np.float32), y[:, None].astype(np.float32))


def smooth_noise(
  rng: np.random.Generator, canvas: Canvas, sx: float, sy: float
) -> np.ndarray:
  """Noise of unit variance, correlated over (sx, sy) units.

  It is drawn at one resolution whatever the canvas's, so that a subject keeps the same
  freckles at every frame size.
  """
  density = 64.0
  shape = round(HEIGHT * density), round(WIDTH * density)
  noise = rng.standard_normal(shape, np.float32)
  noise = cv2.GaussianBlur(noise, (0, 0), sx * density, sigmaY=sy * density)
  noise = cv2.resize(noise, canvas.shape[::-1], interpolation=cv2.INTER_CUBIC)
  return noise / noise.std()
