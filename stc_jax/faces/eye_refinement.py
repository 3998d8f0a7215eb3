"""Where O-Net sees the eyes, and how to make it see them better.

MTCNN looks at a face once, however it is turned and cut: its eyes tremble. Here O-Net
looks again at faces made upright and of one size by what it saw before, and at their
mirror images; the eyes are the mean of what it says.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from stc_jax.faces import networks
from stc_jax.faces.geometry import similarity, warp
from stc_jax.faces.landmarks import in_window

WINDOW = 48  # O-Net's, in pixels
# Where the eyes of an upright face lie in it, as shares of its side. Of the places and
# sizes that were tried, these follow a moving face well and agree with one look.
_PLACES = np.array([[0.295, 0.38], [0.705, 0.38]])
_SCALES = (0.95, 1.05)
_LOOKS = 2


def look_again(
  frames: Sequence[np.ndarray],
  frame: Int[np.ndarray, 'n'],
  eyes: Float[np.ndarray, 'n 2 2'],
) -> Float[np.ndarray, 'n 2 2']:
  """The eyes of n faces, better; `frame` says which of `frames` shows each."""
  for _ in range(_LOOKS):
    views = [_views(frames[i], pair) for i, pair in zip(frame, eyes, strict=True)]
    crops = [crop for view in views for crop in view[0]]
    _, _, points = networks.run('onet', networks.stacked(crops, WINDOW))
    seen = in_window(points)[:, :2].reshape(-1, len(_SCALES), 2, 2, 2)
    mirrored = seen[:, :, 1, ::-1] * [-1, 1] + [1, 0]
    seen = (seen[:, :, 0] + mirrored) / 2
    matrices = np.array([view[1] for view in views]).reshape(-1, len(_SCALES), 2, 3)
    turned = np.einsum('nsij,nskj->nski', matrices[..., :2], seen * WINDOW)
    eyes = (turned + matrices[:, :, None, :, 2]).mean(axis=1)
  return eyes


def _views(frame: np.ndarray, eyes: np.ndarray) -> tuple[list, list]:
  """An upright face at several sizes, each mirrored too; and where they come from."""
  crops, matrices = [], []
  for scale in _SCALES:
    matrix = similarity(((_PLACES - 0.5) * scale + 0.5) * WINDOW, eyes)
    crop = warp(frame, matrix, WINDOW)
    crops += [crop, crop[:, ::-1]]
    matrices.append(matrix)
  return crops, matrices
