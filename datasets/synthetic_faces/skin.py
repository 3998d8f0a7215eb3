"""The parts of a face that don't change with expression, painted once per subject.

Colours are held as the square of sRGB / 255, which is near enough to linear light
(gamma 2 for 2.2) and costs one square root to undo.
"""

import dataclasses
import functools

import numpy as np

from stc_jax.datasets.synthetic_faces import canvas as canvas_lib
from stc_jax.datasets.synthetic_faces import relief, subjects

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
  radius = relief.outline(subject, canvas)
  face = canvas.edge((1 - radius) * 0.5, 0.05)
  neck = canvas.edge(0.66 + 0.25 * np.clip(canvas.y - 1.3, 0, 1) - abs(canvas.x), 0.04)
  neck = neck * canvas.edge(canvas.y - 0.9, 0.05)
  ears = relief.ears(subject, canvas)
  albedo = _complexion(subject, canvas, rng)
  shade = 1 - 0.62 * (1 - face) * canvas.edge(canvas.y - 0.75, 0.4)
  albedo = albedo * (shade * (1 - 0.25 * ears * (1 - face)))[..., None]
  albedo = _paint_brows(albedo, subject, canvas, rng)
  throat = 0.3 * np.sqrt(np.clip(1 - (canvas.x / 0.85) ** 2, 0.1, 1)) - 0.38
  hair, strands = _hair(subject, canvas, radius, rng)
  behind = 0.1 * ears * (1 - hair) + throat * neck * (1 - ears)
  height = relief.height_field(subject, canvas, radius) + behind * (1 - face)
  body = np.maximum(np.maximum(face, neck), ears)
  tint = linear(subject.hair) * np.clip(1 + 0.2 * strands, 0.4, 2)[..., None]
  albedo = albedo + hair[..., None] * (tint - albedo)
  height = height + hair * (0.08 + 0.006 * strands)
  return Skin(
    np.dstack([albedo, np.maximum(body, hair)]).astype(np.float32),
    height.astype(np.float32),
    relief.furrow_maps(subject, canvas, rng),
  )


def _complexion(
  subject: subjects.Subject, canvas: Canvas, rng: np.random.Generator
) -> np.ndarray:
  """Skin colour with blotches, pores, blush, shadows, stubble and nostrils."""
  fine = canvas_lib.smooth_noise(rng, canvas, 0.012, 0.012)
  coarse = canvas_lib.smooth_noise(rng, canvas, 0.09, 0.09)
  tone = 1 + (0.025 + 0.03 * subject.age) * fine + (0.03 + 0.03 * subject.age) * coarse
  blush = sum(canvas.blob(s * 0.58, 0.45, 0.24, 0.2) for s in (-1, 1))
  blush = 0.6 * blush + 0.6 * canvas.blob(0.0, subject.nose_tip, 0.14, 0.12)
  under = sum(canvas.blob(s * 0.46, 0.12, 0.2, 0.06) for s in (-1, 1))
  socket = sum(canvas.blob(s * 0.42, -0.08, 0.22, 0.09) for s in (-1, 1))
  dark = 1 - (0.18 + 0.22 * subject.age) * under - 0.2 * socket
  dark = dark * (1 - 0.18 * canvas.blob(0.0, subject.nose_tip + 0.2, 0.16, 0.035))
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
  area = canvas.edge(canvas.y - top, 0.4)
  area = area * (1 - 0.75 * canvas.blob(0.0, subject.mouth, 0.3, 0.1))
  cover = np.clip(subject.stubble * area * (0.85 + 0.12 * fine), 0, 0.72)[..., None]
  return albedo + cover * (linear(subject.hair) - albedo)


def _paint_brows(
  albedo: np.ndarray,
  subject: subjects.Subject,
  canvas: Canvas,
  rng: np.random.Generator,
) -> np.ndarray:
  """Brows: arched, tapering outwards, made of strands."""
  strands = canvas_lib.smooth_noise(rng, canvas, 0.03, 0.008)
  along = (abs(canvas.x) - 0.23) / 0.66
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
