"""Renders a face in 2.5 dimensions: a height field, lit, turned and photographed.

One frame: the action units warp the subject's fixed layers and deepen its furrows; lips
are painted; normals of the height field are lit (Lambert 1760; highlights after Blinn
1977); eyes and the inside of the mouth are painted; the head's motion resamples the
upright canvas into the frame at twice its resolution, which is then averaged.
"""

import functools

import cv2
import numpy as np

from stc_jax.datasets.synthetic_faces import (
  action_units,
  features,
  nuisances,
  skin,
  subjects,
)
from stc_jax.datasets.synthetic_faces import canvas as canvas_lib
from stc_jax.datasets.synthetic_faces import geometry as geometry_lib

Canvas = canvas_lib.Canvas


def render_clip(
  subject: subjects.Subject,
  actions: action_units.Actions,
  conditions: nuisances.Nuisances,
  size: int,
  rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
  """Renders a clip.

  Args:
    subject: Whose face.
    actions: What it does, for n frames.
    conditions: Light, camera and head motion of n frames.
    size: Height and width of the frames in pixels.
    rng: Generator of the sensor's noise.

  Returns:
    Frames uint8[n, size, size, 3], sRGB, and eyes float32[n, 2, 2], the (x, y) in
    pixels of the centres of the subject's right and left eye.
  """
  canvas = canvas_lib.canvas_of(size)
  layers = skin.paint(subject, canvas)
  frames, eyes = [], []
  for index in range(len(actions.intensities)):
    shown = 1 - (1 - actions.intensities[index]) * (1 - subject.resting)
    activity = shown[:, None] * actions.sides
    face = geometry_lib.deform(subject, activity)
    person = _render_upright(subject, layers, face, conditions, index, canvas)
    image = _photograph(person, conditions, index, size, canvas)
    frames.append(nuisances.expose(image, conditions, rng))
    eyes.append(locate_eyes(conditions, index, size))
  return np.stack(frames), np.stack(eyes)


def _render_upright(subject, layers, face, conditions, index, canvas):
  """The lit person: float32[h, w, 4], linear light times alpha, and alpha."""
  depth = np.tensordot(face.furrows, layers.furrows, 1)
  shaded = layers.person * (1 - 0.22 * depth)[..., None]
  shaded[..., 3] = layers.person[..., 3]
  person = _warp(shaded, face.pulls, canvas)
  height = _warp(layers.height - 0.022 * depth, face.pulls, canvas)
  image, alpha = person[..., :3], person[..., 3:]
  features.paint_lips(image, height, canvas, subject, face)
  yaw, pitch = conditions.turn[index]
  light = conditions.light[index] - np.array([yaw, pitch, 0], np.float32)
  light /= np.linalg.norm(light)
  diffuse, gloss = _light(height, light, canvas)
  level = conditions.ambient + conditions.diffuse * max(float(light[2]), 0.2)
  image *= (conditions.ambient + conditions.diffuse * diffuse)[..., None]
  image += (0.07 * conditions.diffuse * gloss)[..., None]
  gaze = conditions.gaze[index]
  # Eyes and teeth lie deep, and are not burnt out where dark skin is exposed for.
  exposure = _exposure(subject)
  level *= 0.68 / max(exposure, 1.0)
  features.paint_eyes(image, canvas, subject, face, gaze, light, level)
  features.paint_mouth(image, canvas, face, level)
  image *= alpha * exposure
  return person


def _exposure(subject: subjects.Subject) -> float:
  """What a camera's automatic exposure does for dark and for fair skin."""
  return float((0.42 / skin.linear(subject.skin).mean()) ** 0.24)


def _warp(layer: np.ndarray, pulls: np.ndarray, canvas: Canvas) -> np.ndarray:
  """Drags skin along: samples each pixel from where its skin was at rest."""
  if not len(pulls):
    return layer.copy()
  x, y, sx, sy, dx, dy = (pulls[:, i : i + 1] for i in range(6))
  across = np.exp(-0.5 * ((canvas.x - x) / sx) ** 2)
  down = np.exp(-0.5 * ((canvas.y.T - y) / sy) ** 2).T
  columns = (canvas.x - canvas_lib.LEFT - down @ (dx * across)) * canvas.scale - 0.5
  rows = (canvas.y - canvas_lib.TOP - down @ (dy * across)) * canvas.scale - 0.5
  return cv2.remap(
    layer, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
  )


def _light(
  height: np.ndarray, light: np.ndarray, canvas: Canvas
) -> tuple[np.ndarray, np.ndarray]:
  """Diffuse and specular reflection of a height field, each float32[h, w]."""
  slope = canvas.scale / 8
  nx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=-slope)
  ny = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=-slope)
  length = 1 / np.sqrt(nx**2 + ny**2 + 1)
  diffuse = (nx * light[0] + ny * light[1] + light[2]) * length
  half = light + np.array([0, 0, 1], np.float32)
  half /= np.linalg.norm(half)
  gloss = np.maximum((nx * half[0] + ny * half[1] + half[2]) * length, 0)
  # Light wraps around skin, which scatters it under its surface.
  for _ in range(4):
    gloss *= gloss
  return np.maximum(diffuse * 0.85 + 0.15, 0), gloss


def _depth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
  """Smooth depth of a head relative to its eyes, for the parallax of a turn."""
  dome = 0.9 * np.exp(-0.5 * (x / 0.75) ** 2) * np.exp(-0.5 * ((y - 0.25) / 1.1) ** 2)
  nose = 0.3 * np.exp(-0.5 * (x / 0.16) ** 2) * np.exp(-0.5 * ((y - 0.5) / 0.25) ** 2)
  return dome + nose - 0.7


def _pose(conditions, index: int, size: int) -> np.ndarray:
  """float32[2, 3]: from upright face units to pixels of a frame of `size`."""
  angle, zoom = conditions.angle[index], conditions.zoom[index]
  unit = canvas_lib.EYE_SPAN * size
  turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
  origin = np.array([0.5, canvas_lib.EYE_HEIGHT]) * size
  offset = origin + conditions.shift[index] * unit
  return np.column_stack([turn * zoom * unit, offset]).astype(np.float32)


def _photograph(person, conditions, index, size, canvas):
  """Moves the head, lays it over the background and averages 2 x 2 pixels."""
  pose = _pose(conditions, index, size)
  to_face = cv2.invertAffineTransform(pose).astype(np.float32)
  # A turn's parallax is smooth: every eighth sample of it is enough.
  coarse = _pixel_centres(size, 4)
  parallax = _depth(*(coarse @ to_face[:, :2].T + to_face[:, 2]).transpose(2, 0, 1))
  depth = cv2.resize(parallax, (2 * size, 2 * size), interpolation=cv2.INTER_LINEAR)
  px = _pixel_centres(size, 0.5)[:1, :, 0]
  py = _pixel_centres(size, 0.5)[:, :1, 1]
  shift = to_face[:, 2] - [canvas_lib.LEFT, canvas_lib.TOP]
  (xx, xy), (yx, yy) = to_face[:, :2] * canvas.scale
  yaw, pitch = conditions.turn[index] * canvas.scale
  columns = xx * px + (xy * py + np.float32(shift[0] * canvas.scale - 0.5))
  rows = yx * px + (yy * py + np.float32(shift[1] * canvas.scale - 0.5))
  columns -= yaw * depth
  rows -= pitch * depth
  sampled = cv2.remap(
    person, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
  )
  sampled = cv2.resize(sampled, (size, size), interpolation=cv2.INTER_AREA)
  top, bottom = conditions.background
  fade = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
  return sampled[..., :3] + (1 - sampled[..., 3:]) * (top + fade * (bottom - top))


@functools.lru_cache(maxsize=8)
def _pixel_centres(size: int, step: float) -> np.ndarray:
  """(x, y), in frame pixels, of the centres of squares of `step` pixels."""
  centres = (np.arange(round(size / step), dtype=np.float32) + 0.5) * np.float32(step)
  return np.stack(np.meshgrid(centres, centres), -1)


def locate_eyes(conditions: nuisances.Nuisances, index: int, size: int) -> np.ndarray:
  """Where the centres of the eyes lie in a frame.

  Args:
    conditions: The head's motion.
    index: Which frame.
    size: Its height and width in pixels.

  Returns:
    float32[2, 2], (x, y) in pixels, where pixel (0, 0) covers 0..1; right eye first.
  """
  rest = np.array([[-0.5, 0.0], [0.5, 0.0]], np.float32)
  turn = conditions.turn[index]
  place = rest
  # The parallax is defined from where skin is seen to where it was: invert by fixpoint.
  for _ in range(4):
    place = rest + turn * _depth(place[:, :1], place[:, 1:])
  pose = _pose(conditions, index, size)
  return (place @ pose[:, :2].T + pose[:, 2]).astype(np.float32)
