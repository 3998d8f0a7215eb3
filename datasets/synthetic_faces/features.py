"""The moving parts that are painted afresh in every frame: eyes and mouth."""

import numpy as np

from stc_jax.datasets.synthetic_faces import canvas as canvas_lib
from stc_jax.datasets.synthetic_faces import geometry as geometry_lib
from stc_jax.datasets.synthetic_faces import skin, subjects

Canvas = canvas_lib.Canvas

_IRIS_RADIUS = 0.098  # 11.8 mm across (Rufer et al. 2005)


def _mix(image: np.ndarray, colour: np.ndarray, cover: np.ndarray) -> None:
  """Lays `colour` over `image` in place."""
  image += cover[..., None] * (colour - image)


def paint_eyes(
  image: np.ndarray,
  canvas: Canvas,
  subject: subjects.Subject,
  face: geometry_lib.Geometry,
  gaze: np.ndarray,
  light: np.ndarray,
  level: float,
) -> None:
  """Paints both eyes over lit skin, in place.

  Args:
    image: float32[h, w, 3], linear light.
    canvas: Its grid.
    subject: Whose eyes.
    face: Where the lids are.
    gaze: float[2], offset of the irises.
    light: float[3], unit vector towards the light; z towards the viewer.
    level: Light that reaches a white surface facing the viewer.
  """
  for side, sign in enumerate(geometry_lib.SIGNS):
    left = 0.5 * sign - 0.36
    part, window = canvas.window(left, -0.34, left + 0.72, 0.3)
    out = (window.x - 0.5 * sign) * sign
    tilt = subject.eye_tilt * (out / subject.eye_width) * 0.35
    reach = np.abs(out - 0.012) / subject.eye_width
    along = np.minimum(reach, 1)
    y = window.y + tilt
    upper = -face.lid_upper[side] * (1 - along**2.3)
    lower = face.lid_lower[side] * (1 - along**1.9)
    ends = window.edge(subject.eye_width - np.abs(out - 0.012))
    opening = window.edge(y - upper) * window.edge(lower - y) * ends
    view = image[part]
    fold = upper - subject.crease * (1 - 0.6 * along**2)
    _darken(view, y - fold, 0.016, 0.5 * window.edge(1.0 - reach, 0.25))
    ball = _eyeball(window, out, y, sign, gaze, subject, light, level)
    ball *= np.clip(0.45 + (y - upper) / 0.09, 0.45, 1)[..., None]
    view += opening[..., None] * (ball - view)
    lashes = 0.014 + 0.006 * along
    _darken(view, y - upper + 0.004, lashes, 0.88 * ends)
    _darken(view, y - lower, 0.012, 0.5 * ends)


def _darken(view: np.ndarray, distance: np.ndarray, width, strength) -> None:
  """Multiplies a soft dark line into `view` in place."""
  view *= (1 - strength * np.exp(-((distance / width) ** 2)))[..., None]


def _eyeball(window, out, y, sign, gaze, subject, light, level) -> np.ndarray:
  """Sclera, iris, pupil and the reflection of the light; linear light."""
  shade = level * (1 - 1.6 * out**2 - 2 * y**2)
  white = skin.linear((226, 218, 212)) - 0.12 * subject.age * skin.linear((0, 60, 110))
  ball = white * shade[..., None]
  corner = np.exp(-(((out + subject.eye_width - 0.02) / 0.05) ** 2))
  _mix(ball, skin.linear((190, 110, 100)) * level, 0.8 * corner * np.ones_like(y))
  dx, dy = out * sign - gaze[0], y - gaze[1]
  distance = np.sqrt(dx**2 + dy**2)
  ring = np.clip(distance / _IRIS_RADIUS, 0, 1)
  hue = skin.linear(subject.iris) * level
  iris = hue * (1.25 - 0.9 * ring**6 + 0.5 * ring * (dy / _IRIS_RADIUS))[..., None]
  _mix(ball, iris, window.edge(_IRIS_RADIUS - distance, 0.018))
  _mix(ball, np.float32(0.004), window.edge(0.052 - distance, 0.012))
  glint = ((dx - 0.06 * light[0]) ** 2 + (dy - 0.05 * light[1] + 0.015) ** 2) / 0.022**2
  _mix(ball, np.float32(min(1.1 * level, 1)), 0.9 * np.exp(-(glint**2)))
  return ball


def mouth_curves(face: geometry_lib.Geometry, x: np.ndarray) -> dict[str, np.ndarray]:
  """Borders of the lips over x (float[1, w]), each float[1, w], plus `along` -1..1.

  `top` and `bottom` are the outer borders, `upper` and `lower` the inner ones.
  """
  (x0, y0), (x1, y1) = face.corners
  along = np.clip(2 * (x - x0) / (x1 - x0) - 1, -1, 1)
  t = np.abs(along)
  corner = y0 + (y1 - y0) * (along + 1) / 2
  line = face.line + (corner - face.line) * t**1.7
  arc = np.clip(1 - t**2, 0, 1) ** 0.7
  bow = 1 - 0.16 * np.exp(-((along / 0.1) ** 2)) - 0.25 * t**2
  upper = line + 0.006 * np.exp(-((along / 0.2) ** 2))
  lower = upper + face.gap * arc
  return {
    'along': along,
    'top': line - face.lip_upper * bow * arc,
    'upper': upper,
    'lower': lower,
    'bottom': lower + face.lip_lower * arc * (1 - 0.3 * t**2),
  }


def paint_lips(
  albedo: np.ndarray,
  height: np.ndarray,
  canvas: Canvas,
  subject: subjects.Subject,
  face: geometry_lib.Geometry,
) -> None:
  """Paints the red of the lips, and its swelling, before shading; in place."""
  (x0, _), (x1, _) = face.corners
  reach = float(face.corners[:, 1].max()) + face.gap
  part, window = canvas.window(x0 - 0.05, 0.6, x1 + 0.05, reach + 0.5)
  curves = mouth_curves(face, window.x)
  y = window.y
  upper = window.edge(y - curves['top'], 0.035) * window.edge(curves['upper'] - y)
  lower = window.edge(y - curves['lower']) * window.edge(curves['bottom'] - y, 0.035)
  fade = 1 - 0.5 * np.abs(curves['along']) ** 6
  creases = 1 + 0.05 * np.cos(window.x * 130)
  red = skin.linear(subject.lips) * (fade * creases)[..., None]
  _mix(albedo[part], red, 0.85 * np.clip(upper + lower, 0, 1) * fade)
  for begin, end, cover, rise in (
    ('top', 'upper', upper, 0.045),
    ('lower', 'bottom', lower, 0.075),
  ):
    span = np.maximum(curves[end] - curves[begin], 0.01)
    place = np.clip((y - curves[begin]) / span, 0, 1)
    height[part] += cover * rise * 4 * place * (1 - place) * fade


def paint_mouth(
  image: np.ndarray, canvas: Canvas, face: geometry_lib.Geometry, level: float
) -> None:
  """Paints the inside of the mouth and the line of the lips over lit skin."""
  (x0, _), (x1, _) = face.corners
  reach = float(face.corners[:, 1].max()) + face.gap
  part, window = canvas.window(x0 - 0.05, 0.6, x1 + 0.05, reach + 0.2)
  curves = mouth_curves(face, window.x)
  y, view = window.y, image[part]
  ends = window.edge(1 - np.abs(curves['along']), 0.05)
  opening = window.edge(y - curves['upper']) * window.edge(curves['lower'] - y) * ends
  if face.gap > 0.012:
    inside = np.empty_like(view)
    inside[:] = skin.linear((62, 22, 22)) * level
    tongue = window.edge(y - curves['lower'] + 0.35 * face.gap, 0.08)
    _mix(inside, skin.linear((150, 70, 66)) * level, 0.55 * tongue * ends)
    arch = 0.1 * np.sqrt(np.clip(1 - curves['along'] ** 2, 0, 1)) + 0.01
    teeth = window.edge(face.line + arch - y, 0.02)
    gaps = 1 - 0.14 * np.exp(-((np.sin(window.x * np.pi / 0.085) / 0.2) ** 2))
    ivory = skin.linear((228, 220, 204)) * level * gaps[..., None]
    ivory = ivory * (1 - 0.75 * curves['along'] ** 2)[..., None]
    _mix(inside, ivory, 0.92 * teeth * np.ones_like(opening))
    inside *= np.clip(0.35 + (y - curves['upper']) / 0.05, 0.35, 1)[..., None]
    view += opening[..., None] * (inside - view)
  line = 0.5 * (curves['upper'] + curves['lower'])
  half = 0.5 * (curves['lower'] - curves['upper'])
  closed = np.clip(1 - face.gap / 0.05, 0.15, 1)
  ends = window.edge(1.04 - np.abs(curves['along']), 0.08)
  _darken(view, np.abs(y - line) - half, 0.014, (0.4 + 0.35 * closed) * ends)
