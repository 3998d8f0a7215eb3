"""The paper's crop: a rectangle placed and scaled by the eyes (Yu et al. 2018, sec. 4).

    a square of side 2.6 d, where d is the distance of the eyes; black beyond 1.1 d

        +---+-------------------+---+  -0.8 d
        |   |                   |   |
        |   |     o-------o     |   |   eyes' line, 0
        |   |         d         |   |
        |   |                   |   |
        |   |                   |   |
        +---+-------------------+---+  +1.8 d
      -1.3 -1.1  -.5  0   .5   1.1 1.3

The paper states that the rectangle keeps the distance of the eyes constant and is
padded with zeros to a square. It gives no measures; ours reach from brow to chin and
from ear to ear.
"""

import dataclasses

import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.faces.geometry import warp

ROLLS = ('keep', 'level')
# In eye distances from the midpoint of the eyes.
HALF_WIDTH, ABOVE, BELOW = 1.1, 0.8, 1.8


@dataclasses.dataclass(frozen=True)
class CropConfig:
  """How a face is cut out.

  Attributes:
    size: height and width of the crop in pixels.
    roll: 'keep' preserves the tilt of the head, 'level' makes the eyes horizontal.
  """

  size: int = 64
  roll: str = 'keep'


def crop(
  frame: UInt8[np.ndarray, 'h w 3'], eyes: Float[np.ndarray, '2 2'], how: CropConfig
) -> UInt8[np.ndarray, 's s 3']:
  """Cuts out the face with these eyes (see `geometry`); black outside the frame."""
  across, down, distance = axes(eyes, how.roll)
  side = (ABOVE + BELOW) * distance
  step = side / how.size
  corner = eyes.mean(axis=0) - across * side / 2 - down * ABOVE * distance
  matrix = np.stack([across * step, down * step, corner], axis=1)
  face = warp(frame, matrix, how.size)
  margin = black_columns(how.size)
  face[:, :margin] = face[:, how.size - margin :] = 0
  return face


def black_columns(size: int) -> int:
  """The number of black columns on each side of a crop."""
  return round(size * (0.5 - HALF_WIDTH / (ABOVE + BELOW)))


def axes(
  eyes: Float[np.ndarray, '2 2'], roll: str
) -> tuple[Float[np.ndarray, '2'], Float[np.ndarray, '2'], np.floating]:
  """The unit vectors along the rows and columns of a crop, and the eyes' distance."""
  between = eyes[1] - eyes[0]
  distance = np.linalg.norm(between)
  across = between / distance if roll == 'level' else np.array([1.0, 0.0])
  return across, np.array([-across[1], across[0]]), distance
