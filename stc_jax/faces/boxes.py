"""Candidate face boxes of all frames of a clip, and operations on them."""

import dataclasses

import cv2
import numpy as np
from jaxtyping import Float, Int


@dataclasses.dataclass(frozen=True)
class Boxes:
  """Candidate boxes: the frame of each, its box and its probability.

  A box is left, top, right, bottom in pixels.
  """

  frame: Int[np.ndarray, 'n']
  box: Float[np.ndarray, 'n 4']
  score: Float[np.ndarray, 'n']

  def take(self, which: np.ndarray) -> 'Boxes':
    """Selects boxes by indices or by a mask."""
    return Boxes(self.frame[which], self.box[which], self.score[which])


def moved(
  boxes: Float[np.ndarray, 'n 4'], moves: Float[np.ndarray, 'n 4']
) -> Float[np.ndarray, 'n 4']:
  """Moves the edges of boxes by `moves`, in shares of their sides."""
  sides = boxes[:, 2:] - boxes[:, :2]
  return boxes + moves * np.tile(sides, 2)


def squares_of(boxes: Float[np.ndarray, 'n 4']) -> Float[np.ndarray, 'n 4']:
  """Squares with the same centres, as large as the longer sides."""
  centre = (boxes[:, :2] + boxes[:, 2:]) / 2
  half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
  return np.hstack([centre - half, centre + half])


def suppress(windows: Boxes, group: np.ndarray, overlap: float) -> np.ndarray:
  """Non-maximum suppression within each group; returns the indices that are kept."""
  if not len(group):
    return np.zeros(0, int)
  sides = windows.box[:, 2:] - windows.box[:, :2]
  boxes = np.hstack([windows.box[:, :2], sides])
  kept = cv2.dnn.NMSBoxesBatched(
    boxes.tolist(), windows.score.tolist(), group.tolist(), 0.0, overlap
  )
  return np.asarray(kept, int)
