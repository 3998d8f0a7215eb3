"""How action units move a face: lids, lips, skin and furrows.

Displacements at full intensity follow the FACS manual's descriptions of level E and
are in units of the distance between the pupils. Side 0 is the subject's right, which
is the image's left.
"""

import dataclasses

import numpy as np

from stc_jax.datasets.synthetic_faces import action_units, subjects

SIGNS = np.array([-1.0, 1.0], np.float32)

# Skin that an action unit drags along: (AU, anchor, x, y, sigma x, sigma y, dx, dy) for
# one side, x and dx counted away from the midline, y from the anchor's height.
_PULLS = (
  (1, 'brow', 0.22, 0.0, 0.20, 0.20, 0.0, -0.14),
  (2, 'brow', 0.72, 0.0, 0.24, 0.20, 0.0, -0.13),
  (4, 'brow', 0.24, 0.0, 0.24, 0.18, -0.06, 0.09),
  (4, 'brow', 0.60, 0.0, 0.22, 0.16, -0.02, 0.04),
  (5, 'eye', 0.50, -0.12, 0.20, 0.06, 0.0, -0.02),
  (6, 'eye', 0.58, 0.35, 0.26, 0.18, 0.01, -0.08),
  (9, 'eye', 0.17, 0.35, 0.16, 0.28, 0.01, -0.08),
  (9, 'brow', 0.20, 0.0, 0.20, 0.16, -0.03, 0.06),
  (10, 'mouth', 0.22, -0.22, 0.20, 0.14, 0.03, -0.06),
  (12, 'mouth', 0.46, -0.06, 0.24, 0.20, 0.10, -0.10),
  (15, 'mouth', 0.42, 0.06, 0.20, 0.16, 0.0, 0.08),
  (16, 'mouth', 0.12, 0.20, 0.20, 0.12, 0.0, 0.03),
  (17, 'mouth', 0.12, 0.32, 0.22, 0.14, 0.0, -0.05),
  (20, 'mouth', 0.46, 0.0, 0.24, 0.20, 0.10, 0.02),
  (26, 'mouth', 0.28, 0.50, 0.50, 0.27, 0.0, 0.09),
  (27, 'mouth', 0.28, 0.50, 0.50, 0.27, 0.0, 0.16),
)  # fmt: skip

# How deep each action unit draws the furrows named in `subjects.FURROWS`.
_FURROW_WEIGHTS = {
  'glabella': {4: 1.0, 9: 0.4},
  'forehead_centre': {1: 0.9, 2: 0.3},
  'forehead_sides': {2: 0.9, 1: 0.2},
  'nose_root': {9: 1.1, 10: 0.15},
  'nasolabial': {12: 1.0, 10: 0.8, 9: 0.7, 20: 0.3, 6: 0.2},
  'crows_feet': {6: 0.9, 12: 0.2, 7: 0.25},
  'under_eye': {6: 0.7, 7: 0.6, 9: 0.3},
  'chin': {17: 1.0, 15: 0.2, 24: 0.2},
  'marionette': {15: 0.9, 12: 0.2, 20: 0.3},
}
_FURROW_MATRIX = np.array(
  [
    [_FURROW_WEIGHTS[name].get(number, 0.0) for number in action_units.AU_NUMBERS]
    for name in subjects.FURROWS
  ]
)


@dataclasses.dataclass(frozen=True)
class Geometry:
  """Where the moving parts of a face are in one frame.

  Attributes:
    lid_upper, lid_lower: float[2], lid heights above and below each pupil.
    corners: float[2, 2], (x, y) of the right and left lip corner.
    line: y of the middle of the upper lip's lower edge.
    gap: Opening between the lips at the midline.
    lip_upper, lip_lower: Thickness of the lips.
    pulls: float[k, 6], rows (x, y, sigma x, sigma y, dx, dy) of skin displacement.
    furrows: float[len(FURROWS)], depth of each furrow.
  """

  lid_upper: np.ndarray
  lid_lower: np.ndarray
  corners: np.ndarray
  line: float
  gap: float
  lip_upper: float
  lip_lower: float
  pulls: np.ndarray
  furrows: np.ndarray


def deform(subject: subjects.Subject, activity: np.ndarray) -> Geometry:
  """Applies action units to a resting face.

  Args:
    subject: The face at rest.
    activity: float[n_aus, 2], intensity on the subject's right and left.

  Returns:
    The face's geometry.
  """
  au = dict(zip(action_units.AU_NUMBERS, activity, strict=True))
  upper, lower = _lids(subject, au)
  return Geometry(
    lid_upper=upper,
    lid_lower=lower,
    pulls=_pulls(subject, au),
    furrows=_furrows(subject, au),
    **_mouth(subject, au),
  )


def _lids(subject: subjects.Subject, au: dict[int, np.ndarray]):
  """Lid heights; a blink brings the upper lid down to the lower one."""
  upper = subject.lid_upper + 0.05 * au[5] - 0.03 * au[7] - 0.015 * au[6]
  upper = upper - 0.02 * au[4] - 0.02 * au[9] + 0.01 * au[1]
  lower = subject.lid_lower + 0.008 * au[5] - 0.035 * au[7] - 0.03 * au[6]
  lower = np.maximum(lower - 0.02 * au[9], 0.012)
  upper = np.maximum(upper, 0.02)
  return upper - au[45] * (upper + lower * 0.8), lower


def _mouth(subject: subjects.Subject, au: dict[int, np.ndarray]) -> dict:
  """Lip corners, line, gap and thickness."""
  both = {number: float(pair[0] + pair[1]) / 2 for number, pair in au.items()}
  jaw = 0.16 * both[26] + 0.36 * both[27]
  reach = subject.mouth_width + 0.11 * au[12] + 0.10 * au[20] - 0.02 * au[24]
  reach = reach - 0.03 * au[17] - 0.03 * au[23] - 0.10 * both[27]
  height = subject.mouth + subject.corner_slant - 0.13 * au[12] + 0.09 * au[15]
  height = height + 0.02 * au[20] + 0.35 * jaw
  line = subject.mouth - 0.05 * both[10] - 0.045 * both[9] - 0.015 * both[12]
  line = line - 0.035 * both[17] - 0.06 * jaw - 0.02 * both[25]
  gap = subject.lip_parting + 0.07 * both[25] + 0.05 * both[16] + 1.0 * jaw
  gap = gap - 0.06 * both[24] - 0.03 * both[17] - 0.03 * both[23]
  gap = max(gap + 0.04 * both[25] * both[12], 0.0)
  thin = 1 - 0.35 * both[23] - 0.6 * both[24] - 0.2 * both[12] - 0.2 * both[20]
  return {
    'corners': np.stack([SIGNS * reach, height], -1),
    'line': float(line),
    'gap': float(gap),
    'lip_upper': float(subject.lip_upper * max(thin - 0.15 * both[27], 0.3)),
    'lip_lower': float(subject.lip_lower * max(thin + 0.15 * both[17], 0.3)),
  }


def _pulls(subject: subjects.Subject, au: dict[int, np.ndarray]) -> np.ndarray:
  """The active rows of `_PULLS`, placed on this face, one per side."""
  anchors = {'brow': subject.brow_height, 'eye': 0.0, 'mouth': subject.mouth}
  rows = [
    (sign * x, anchors[anchor] + y, sx, sy, sign * dx * amount, dy * amount)
    for number, anchor, x, y, sx, sy, dx, dy in _PULLS
    for sign, amount in zip(SIGNS, au[number], strict=True)
    if amount > 0
  ]
  return np.array(rows, np.float32).reshape(-1, 6)


def _furrows(subject: subjects.Subject, au: dict[int, np.ndarray]) -> np.ndarray:
  """Depth of each furrow: at rest, plus what the action units add."""
  both = np.array([au[number].mean() for number in action_units.AU_NUMBERS])
  # Old skin folds more deeply.
  added = _FURROW_MATRIX @ both * (0.55 + 0.6 * subject.age)
  return np.clip(subject.furrows + added, 0, 1.3).astype(np.float32)
