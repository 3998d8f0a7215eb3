"""Whether O-Net's landmarks lie as an upright face's do.

Of a face that lies on its side or stands on its head, O-Net too is certain at times,
and puts eyes where none are. Then they move once it looks again (see `eye_refinement`).
"""

import numpy as np
from jaxtyping import Bool, Float

# Measured on rendered and warped real faces: of those upright the second look's eyes
# are 0.94 to 1.01 times as far from each other and moved by 0.01 of the face's side; of
# those turned by 90 degrees and more 0.4 to 0.8 times, mostly, and by 0.04 to 0.12.
_APART = 0.85, 1.18
_MOVED = 0.05
_MOST_ROLL = 60.0  # degrees


def in_window(points: Float[np.ndarray, 'n 10']) -> Float[np.ndarray, 'n 5 2']:
  """Eyes, nose, corners of the mouth as (x, y) in shares of the window."""
  return np.stack([points[:, :5], points[:, 5:]], axis=-1)


def are_upright(
  points: Float[np.ndarray, 'n 5 2'],
  eyes: Float[np.ndarray, 'n 2 2'],
  side: Float[np.ndarray, 'n'],
) -> Bool[np.ndarray, 'n']:
  """Of each face, whether its landmarks can be an upright one's.

  Args:
    points: of the first look, in pixels.
    eyes: of the looks after it.
    side: of the faces' windows, in pixels.
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
