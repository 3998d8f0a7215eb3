"""Everything of a face that doesn't change with expression, painted once a subject.

Colours are held as the square of sRGB / 255, which is near enough to linear light
(gamma 2 for 2.2) and costs one square root to undo.
"""

import dataclasses
import functools

import numpy as np
from stc_jax.datasets.synthetic_faces import canvas as canvas_lib
from stc_jax.datasets.synthetic_faces import subjects

Canvas = canvas_lib.Canvas


@dataclasses.dataclass(frozen=True)
class Skin:
  """A face's fixed layers on its canvas of h x w pixels.

  Attributes:
    person: float32[h, w, 4], linear reflectance, and alpha: 1 on the person and 0 on
      the background.
    height: float32[h, w], towards the viewer, face units.
    furrows: float32[len(FURROWS), h, w], profile of each furrow, 0..1.
  """

  person: np.ndarray
  height: np.ndarray
  furrows: np.ndarray


def linear(colour) -> np.ndarray:
  """Linear light of sRGB in 0..255."""
  return (np.asarray(colour, np.float32) / 255) ** 2


@functools.lru_cache(maxsize=4)
def paint(subject: subjects.Subject, canvas: Canvas) -> Skin:
  """Paints a subject's skin, brows, nostrils, ears and hair.

  The last few subjects are kept, since a subject's clips are rendered together.

  Args:
    subject: Whose face.
    canvas: Where.

  Returns:
    The layers, eyes and mouth left out.
  """
  rng = np.random.default_rng([subject.texture_seed])
  radius = _outline(subject, canvas)
  face = canvas.edge((1 - radius) * 0.5, 0.05)
  neck = canvas.edge(0.66 + 0.25 * np.clip(canvas.y - 1.3, 0, 1) - abs(canvas.x), 0.04)
  neck = neck * canvas.edge(canvas.y - 0.9, 0.05)
  ears = _ears(subject, canvas)
  albedo = _complexion(subject, canvas, rng)
  shade = 1 - 0.62 * (1 - face) * canvas.edge(canvas.y - 0.75, 0.4)
  albedo = albedo * (shade * (1 - 0.25 * ears * (1 - face)))[..., None]
  albedo = _paint_brows(albedo, subject, canvas, rng)
  throat = 0.3 * np.sqrt(np.clip(1 - (canvas.x / 0.85) ** 2, 0.1, 1)) - 0.38
  hair, strands = _hair(subject, canvas, radius, rng)
  behind = 0.1 * ears * (1 - hair) + throat * neck * (1 - ears)
  height = _relief(subject, canvas, radius) + behind * (1 - face)
  body = np.maximum(np.maximum(face, neck), ears)
  tint = linear(subject.hair) * np.clip(1 + 0.2 * strands, 0.4, 2)[..., None]
  albedo = albedo + hair[..., None] * (tint - albedo)
  height = height + hair * (0.08 + 0.006 * strands)
  return Skin(
    np.dstack([albedo, np.maximum(body, hair)]).astype(np.float32),
    height.astype(np.float32),
    _furrow_maps(subject, canvas, rng),
  )


def _outline(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """A distance from the face's centre that is 1 on the outline of the face."""
  y = canvas.y - 0.15
  down = np.clip(y / (subject.chin - 0.15), 0, None)
  up = np.clip(-y / 1.75, 0, None)
  width = 1 - subject.jaw_taper * np.minimum(down, 1.2) ** 2 - 0.07 * up**1.5
  width = subject.face_width * width
  p = subject.squareness
  return (abs(canvas.x) / width) ** p + down ** (p * 1.05) + up**2.2


def _ears(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """Ears beside the head, from the brows to the nose's base."""
  x = abs(canvas.x) - subject.face_width
  return canvas.edge(1 - (x / 0.13) ** 2 - ((canvas.y - 0.15) / 0.34) ** 2, 0.3)


def _relief(
  subject: subjects.Subject, canvas: Canvas, radius: np.ndarray
) -> np.ndarray:
  """The height of the skin at rest, without lips and eyes."""
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
    z = z + dz * canvas.blob(0, y, sx, sy)
  return z + _nose(subject, canvas)


def _nose(subject: subjects.Subject, canvas: Canvas) -> np.ndarray:
  """Bridge, tip and wings of the nose."""
  tip, rise = subject.nose_tip, subject.nose_height
  knots = [-0.35, -0.1, 0.1, tip - 0.05, tip + 0.03, tip + 0.17, tip + 0.27]
  values = [0.0, 0.25, 0.5, 1.0, 0.96, 0.35, 0.0]
  ridge = np.interp(canvas.y[:, 0], knots, values)[:, None]
  width = 0.075 + 0.045 * np.clip(canvas.y / tip, 0, 1)
  bridge = rise * ridge * np.exp(-0.5 * (canvas.x / width) ** 2)
  ball = 0.08 * canvas.blob(0, tip, 0.1, 0.09)
  wing = subject.nose_width - 0.06
  wings = canvas.blob(wing, tip + 0.05, 0.065, 0.075)
  wings = wings + canvas.blob(-wing, tip + 0.05, 0.065, 0.075)
  return bridge + ball + 0.13 * wings


def _complexion(
  subject: subjects.Subject, canvas: Canvas, rng: np.random.Generator
) -> np.ndarray:
  """Skin colour with blotches, pores, blush, shadows, stubble and nostrils."""
  fine = canvas_lib.smooth_noise(rng, canvas, 0.012, 0.012)
  coarse = canvas_lib.smooth_noise(rng, canvas, 0.09, 0.09)
  tone = 1 + (0.025 + 0.03 * subject.age) * fine + (0.03 + 0.03 * subject.age) * coarse
  blush = sum(canvas.blob(s * 0.58, 0.45, 0.24, 0.2) for s in (-1, 1))
  blush = 0.6 * blush + 0.6 * canvas.blob(0, subject.nose_tip, 0.14, 0.12)
  under = sum(canvas.blob(s * 0.46, 0.12, 0.2, 0.06) for s in (-1, 1))
  socket = sum(canvas.blob(s * 0.42, -0.08, 0.22, 0.09) for s in (-1, 1))
  dark = 1 - (0.1 + 0.22 * subject.age) * under - 0.2 * socket
  dark = dark * (1 - 0.18 * canvas.blob(0, subject.nose_tip + 0.2, 0.16, 0.035))
  for sign in (-1, 1):
    nostril = canvas.blob(
      sign * (subject.nose_width - 0.12), subject.nose_tip + 0.13, 0.045, 0.022
    )
    groove = canvas.blob(
      sign * (subject.nose_width + 0.015), subject.nose_tip + 0.05, 0.022, 0.07
    )
    dark = dark * (1 - 0.8 * nostril) * (1 - 0.3 * groove)
  albedo = linear(subject.skin) * (tone * dark)[..., None]
  red = np.array([0.05, -0.12, -0.1], np.float32)
  albedo = albedo * (1 + blush[..., None] * red)
  return _paint_stubble(albedo, subject, canvas, fine)


def _paint_stubble(
  albedo: np.ndarray, subject: subjects.Subject, canvas: Canvas, fine: np.ndarray
) -> np.ndarray:
  """Beard shadow on jaw, chin and upper lip."""
  top = 0.72 + 0.1 * np.cos(canvas.x * 3.5) - 0.5 * np.clip(abs(canvas.x) - 0.6, 0, 1)
  area = canvas.edge(canvas.y - top, 0.25)
  area = area * (1 - 0.75 * canvas.blob(0, subject.mouth, 0.3, 0.1))
  cover = np.clip(subject.stubble * area * (0.75 + 0.3 * fine), 0, 0.85)[..., None]
  return albedo + cover * (linear(subject.hair) * 1.3 - albedo)


def _paint_brows(
  albedo: np.ndarray,
  subject: subjects.Subject,
  canvas: Canvas,
  rng: np.random.Generator,
) -> np.ndarray:
  """Brows: arched, tapering outwards, made of strands."""
  strands = canvas_lib.smooth_noise(rng, canvas, 0.03, 0.008)
  along = (abs(canvas.x) - 0.2) / 0.62
  inside = np.clip(along, 0, 1)
  arch = subject.brow_arch * np.sin(np.pi * inside**1.4) - 0.05 * inside**4
  middle = subject.brow_height - arch - subject.brow_tilt * (inside - 0.5)
  thick = subject.brow_thickness * (1.15 - 0.75 * inside**1.5)
  profile = np.exp(-(np.abs((canvas.y - middle) / thick) ** 2.5))
  ends = canvas.edge(along, 0.22) * canvas.edge(1 - along, 0.18)
  cover = 1.1 * subject.brow_density * profile * ends * (0.85 + 0.2 * strands)
  cover = np.clip(cover, 0, 0.95)[..., None]
  return albedo + cover * (linear(subject.hair) * 0.6 - albedo)


def _hair(
  subject: subjects.Subject,
  canvas: Canvas,
  radius: np.ndarray,
  rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
  """Cover of the hair, 0..1, and the pattern of its strands."""
  strands = 0.8 * canvas_lib.smooth_noise(rng, canvas, 0.016, 0.2)
  strands = strands + 0.8 * canvas_lib.smooth_noise(rng, canvas, 0.05, 0.3)
  waves = canvas_lib.smooth_noise(rng, canvas, 0.12, 0.12)
  x = abs(canvas.x)
  part = rng.uniform(-0.25, 0.25)
  line = subject.hairline + 0.16 * (canvas.x - part) ** 2 + 0.03 * waves
  line = line + 0.5 * np.clip(x - 0.62, 0, 1) ** 1.2 + 0.01 * strands
  top = canvas.edge(line - canvas.y, 0.12)
  reach = 0.1 + 1.9 * subject.hair_length
  sides = canvas.edge(x - subject.face_width * 0.9 + 0.02 * waves, 0.06)
  sides = sides * canvas.edge(reach - canvas.y + 0.05 * waves, 0.15)
  outer = 1.12 + 0.28 * subject.hair_length
  sides = sides * canvas.edge(outer - x + 0.02 * waves, 0.06)
  crown = canvas.edge(1.12 - radius * 0.5 - 0.25 * (x > 1.3), 0.2)
  return np.clip(np.maximum(top * crown, sides), 0, 1), strands


def _furrow_maps(
  subject: subjects.Subject, canvas: Canvas, rng: np.random.Generator
) -> np.ndarray:
  """Profiles of the furrows named in `subjects.FURROWS`."""
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
