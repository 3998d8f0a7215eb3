"""The eyes of a face by O-Net, refined, and whether the face is upright.

MTCNN looks at a face once, as it lies in the frame, so its eye positions tremble. Here
O-Net looks again at the face turned upright and scaled to one size by its previous
answer, and at the mirror image. The eyes are the mean of these answers.

O-Net is sometimes certain of a face that lies on its side or upside down, and puts its
eyes in wrong places. Such eyes move when O-Net looks again, which tells these faces.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from stc_jax.faces import mtcnn
from stc_jax.faces.geometry import similarity, warp

WINDOW = 48  # O-Net's input, in pixels
# The places of an upright face's eyes, in shares of the window's side. Of those tried,
# these places and scales follow a moving face well and agree with a single look.
_PLACES = np.array([[0.295, 0.38], [0.705, 0.38]])
_SCALES = (0.95, 1.05)
_LOOKS = 2
# Measured on rendered and warped real faces. In an upright face the second look changes
# the distance of the eyes by a factor of 0.94 to 1.01 and moves them by 0.01 of the
# face's side. In a face turned by 90 degrees or more the factor is mostly 0.4 to 0.8,
# and they move by 0.04 to 0.12.
_APART = 0.85, 1.18
_MOVED = 0.05
_MOST_ROLL = 60.0  # degrees


def in_window(points: Float[np.ndarray, 'n 10']) -> Float[np.ndarray, 'n 5 2']:
  """The eyes, nose and corners of the mouth, (x, y) in shares of the window."""
  return np.stack([points[:, :5], points[:, 5:]], axis=-1)


def look_again(
  frames: Sequence[np.ndarray],
  frame: Int[np.ndarray, 'n'],
  eyes: Float[np.ndarray, 'n 2 2'],
) -> Float[np.ndarray, 'n 2 2']:
  """Refines the eyes of n faces; `frame` is the index in `frames` of each face."""
  for _ in range(_LOOKS):
    views = [_views(frames[i], pair) for i, pair in zip(frame, eyes, strict=True)]
    crops = [crop for view in views for crop in view[0]]
    _, _, points = mtcnn.run('onet', mtcnn.stacked(crops, WINDOW))
    seen = in_window(points)[:, :2].reshape(-1, len(_SCALES), 2, 2, 2)
    mirrored = seen[:, :, 1, ::-1] * [-1, 1] + [1, 0]
    seen = (seen[:, :, 0] + mirrored) / 2
    matrices = np.array([view[1] for view in views]).reshape(-1, len(_SCALES), 2, 3)
    turned = np.einsum('nsij,nskj->nski', matrices[..., :2], seen * WINDOW)
    eyes = (turned + matrices[:, :, None, :, 2]).mean(axis=1)
  return eyes


def _views(frame: np.ndarray, eyes: np.ndarray) -> tuple[list, list]:
  """The upright face at several scales, each also mirrored; and their matrices."""
  crops, matrices = [], []
  for scale in _SCALES:
    matrix = similarity(((_PLACES - 0.5) * scale + 0.5) * WINDOW, eyes)
    crop = warp(frame, matrix, WINDOW)
    crops += [crop, crop[:, ::-1]]
    matrices.append(matrix)
  return crops, matrices


def are_upright(
  points: Float[np.ndarray, 'n 5 2'],
  eyes: Float[np.ndarray, 'n 2 2'],
  side: Float[np.ndarray, 'n'],
) -> Bool[np.ndarray, 'n']:
  """Whether the landmarks of each face are those of an upright face.

  Args:
    points: the landmarks of the first look, in pixels.
    eyes: the refined eyes, in pixels.
    side: the side of each face's window, in pixels.
  """
  before, between = points[:, 1] - points[:, 0], eyes[:, 1] - eyes[:, 0]
  apart = np.linalg.norm(between, axis=1) / np.linalg.norm(before, axis=1)
  moved = np.linalg.norm(eyes.mean(1) - points[:, :2].mean(1), axis=1) / side
  roll = np.abs(np.degrees(np.arctan2(between[:, 1], between[:, 0])))
  down = np.stack([-before[:, 1], before[:, 0]], axis=1)
  middle = points[:, :2].mean(1)
  nose, mouth = (
    ((point - middle) * down).sum(axis=1)
    for point in (points[:, 2], points[:, 3:].mean(1))
  )
  as_a_face = (nose > 0) & (nose < mouth)
  steady = (_APART[0] <= apart) & (apart <= _APART[1]) & (moved <= _MOVED)
  return as_a_face & steady & (roll <= _MOST_ROLL)
