"""The shape of a face at rest: outline, ears, height field and furrows.

Lengths are in face units, as in `subjects`.
"""

import numpy as np

from stc_jax.datasets.synthetic_faces import canvas as canvas_lib
from stc_jax.datasets.synthetic_faces import subjects

Canvas = canvas_lib.Canvas


def outline(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """float32[h, w], 0 at the centre of the face and 1 on its outline."""
  y = canvas.y - 0.15
  down = np.clip(y / (subject.chin - 0.15), 0, None)
  up = np.clip(-y / 1.75, 0, None)
  width = 1 - subject.jaw_taper * np.minimum(down, 1.2) ** 2 - 0.07 * up**1.5
  width = subject.face_width * width
  p = subject.squareness
  return (abs(canvas.x) / width) ** p + down ** (p * 1.05) + up**2.2


def height_field(
  subject: subjects.Subject, canvas: Canvas, radius: np.ndarray
) -> np.ndarray:
  """float32[h, w], height of the skin at rest, lips left out; `radius`: the outline."""
  z = 0.95 * np.sqrt(np.clip(1 - radius, 0, None) + 0.05)
  for x, y, sx, sy, dz in (
    (0.46, -0.02, 0.21, 0.13, -0.11),  # sockets
    (0.50, 0.00, 0.15, 0.09, 0.07),  # eyeballs
    (0.40, -0.27, 0.26, 0.09, 0.05),  # brow ridges
    (0.64, 0.38, 0.22, 0.18, 0.07),  # cheekbones
    (0.50, 0.17, 0.16, 0.05, -0.012 - 0.02 * subject.age),  # under the eyes
  ):
    z = z + dz * (canvas.blob(x, y, sx, sy) + canvas.blob(-x, y, sx, sy))
  mouth = subject.mouth
  for y, sx, sy, dz in (
    (mouth, 0.36, 0.24, 0.12),  # muzzle
    (mouth - 0.18, 0.04, 0.07, -0.02),  # philtrum
    (mouth + 0.24, 0.24, 0.06, -0.045),  # mentolabial fold
    (subject.chin - 0.16, 0.2, 0.12, 0.07),  # chin
  ):
    z = z + dz * canvas.blob(0.0, y, sx, sy)
  return z + _nose(subject, canvas)


def _nose(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """Bridge, tip and wings of the nose."""
  tip, rise = subject.nose_tip, subject.nose_height
  knots = [-0.35, -0.1, 0.1, tip - 0.05, tip + 0.03, tip + 0.17, tip + 0.27]
  values = [0.0, 0.25, 0.5, 1.0, 0.96, 0.35, 0.0]
  ridge = np.interp(canvas.y[:, 0], knots, values)[:, None]
  width = 0.075 + 0.045 * np.clip(canvas.y / tip, 0, 1)
  bridge = rise * ridge * np.exp(-0.5 * (canvas.x / width) ** 2)
  ball = 0.08 * canvas.blob(0.0, tip, 0.1, 0.09)
  wing = subject.nose_width - 0.06
  wings = canvas.blob(wing, tip + 0.05, 0.065, 0.075)
  wings = wings + canvas.blob(-wing, tip + 0.05, 0.065, 0.075)
  return bridge + ball + 0.13 * wings


def ears(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """float32[h, w], 1 on the ears, which reach from the brows to the nose's base."""
  x = abs(canvas.x) - subject.face_width
  return canvas.edge(1 - (x / 0.13) ** 2 - ((canvas.y - 0.15) / 0.34) ** 2, 0.3)


def furrow_maps(
  subject: subjects.Subject, canvas: Canvas, rng: np.random.Generator
) -> np.ndarray:
  """float32[n, h, w], profiles 0..1 of the n furrows named in `subjects.FURROWS`."""
  brow, tip, mouth = subject.brow_height, subject.nose_tip, subject.mouth
  wave = np.linspace(-1, 1, 15)

  def both(*points):
    right = np.array(points, np.float32)
    return [right, right * [-1, 1]]

  def forehead(xs):
    heights = brow - np.array([0.17, 0.29, 0.4]) - rng.uniform(0, 0.04, 3)
    bend = 0.03 * np.cos(3.5 * xs) + 0.01 * rng.standard_normal(len(xs))
    return [np.stack([xs, h + bend], -1) for h in heights]

  wing = subject.nose_width + 0.03
  side = 0.45 + 0.3 * wave[8:]
  lines = {
    'glabella': both((0.085, brow + 0.1), (0.07, brow), (0.1, brow - 0.13)),
    'forehead_centre': forehead(0.36 * wave),
    'forehead_sides': [*forehead(side), *forehead(-side)],
    'nose_root': both((0.04, -0.08), (0.13, -0.02), (0.17, 0.06))
    + both((0.05, 0.02), (0.14, 0.09), (0.17, 0.16)),
    'nasolabial': both(
      (wing, tip - 0.02), (wing + 0.12, tip + 0.16), (0.5, mouth - 0.1), (0.54, mouth)
    ),
    'crows_feet': both((0.78, -0.05), (0.92, -0.14))
    + both((0.79, 0.01), (0.95, 0.01))
    + both((0.77, 0.06), (0.91, 0.14)),
    'under_eye': both((0.27, 0.12), (0.42, 0.175), (0.6, 0.165), (0.74, 0.1)),
    'chin': [
      np.stack([0.16 * wave, mouth + 0.24 - 0.05 * np.cos(1.5 * wave)], -1),
      *both((0.05, mouth + 0.33), (0.1, mouth + 0.38)),
    ],
    'marionette': both(
      (0.45, mouth + 0.03), (0.49, mouth + 0.15), (0.48, mouth + 0.27)
    ),
  }
  return np.stack([canvas.strokes(lines[name], 0.022) for name in subjects.FURROWS])
