"""Conditions of a clip besides the expression: camera, room and head motion."""

import dataclasses

import cv2
import numpy as np


@dataclasses.dataclass(frozen=True)
class Nuisances:
  """The conditions of one clip of `frames` frames.

  Attributes:
    light: float32[frames, 3], unit vectors towards the light (x right, y down, z to the
      viewer).
    ambient, diffuse: Strengths of the even and of the directed light.
    shift: float32[frames, 2], translation of the head in face units.
    angle: float32[frames], in-plane rotation in radians, clockwise in the image.
    zoom: float32[frames], scale about the point between the eyes.
    turn: float32[frames, 2], yaw and pitch in radians.
    gaze: float32[frames, 2], offset of the irises in face units.
    background: float32[2, 3], linear colours at the top and bottom of the frame.
    gain: float32[3], the camera's gain for each colour.
    blur: Standard deviation of the camera's blur in frame widths.
    noise: Standard deviation of the sensor's noise, in grey levels of 255.
  """

  light: np.ndarray
  ambient: float
  diffuse: float
  shift: np.ndarray
  angle: np.ndarray
  zoom: np.ndarray
  turn: np.ndarray
  gaze: np.ndarray
  background: np.ndarray
  gain: np.ndarray
  blur: float
  noise: float


def draw_nuisances(
  rng: np.random.Generator, frames: int, fps: float, spread: float = 1.0
) -> Nuisances:
  """Draws the conditions of a clip.

  Args:
    rng: The clip's generator.
    frames: Length of the clip.
    fps: Frames per second; sets how fast the head moves.
    spread: Scales all that varies; 0 gives a still head in frontal light, no noise.

  Returns:
    The conditions.
  """

  def drift(deviation: float, dims: int) -> np.ndarray:
    return deviation * spread * _wander(rng, frames, fps, dims)

  towards = rng.normal([0.0, -0.35, 1.0], [0.22, 0.15, 0.0]) * [spread, 1, 1]
  light = towards + drift(0.03, 3)
  light /= np.linalg.norm(light, axis=-1, keepdims=True)
  diffuse = rng.uniform(0.65, 0.8)
  pose = rng.normal(0, [0.04, 0.03]) * spread
  grey = rng.uniform(0.25, 0.45)
  tint = np.clip(grey * rng.uniform(0.95, 1.05, 3), 0.02, 0.95)
  return Nuisances(
    light=light.astype(np.float32),
    ambient=float(1.1 - diffuse + 0.05 * rng.normal()),
    diffuse=float(diffuse),
    shift=drift(0.012, 2),
    angle=drift(0.012, 1)[:, 0],
    zoom=1 + drift(0.008, 1)[:, 0],
    turn=(pose + drift(0.025, 2)).astype(np.float32),
    gaze=(0.015 * spread * rng.normal(size=2) + drift(0.008, 2)).astype(np.float32),
    background=np.stack([tint**2, (tint * rng.uniform(0.5, 1)) ** 2]).astype(
      np.float32
    ),
    gain=(1 + spread * rng.normal(0, [0.03, 0.015, 0.03])).astype(np.float32),
    blur=float(spread * rng.uniform(0, 0.006)),
    noise=float(spread * rng.uniform(1, 3)),
  )


def _wander(rng: np.random.Generator, frames: int, fps: float, dims: int) -> np.ndarray:
  """Slow motion of unit deviation: three sine waves of 0.1 to 0.6 Hz a dimension."""
  time = np.arange(frames)[:, None, None] / fps
  rate = rng.uniform(0.1, 0.6, (1, dims, 3))
  phase = rng.uniform(0, 2 * np.pi, (1, dims, 3))
  height = rng.normal(0, 1, (1, dims, 3)) / np.sqrt(1.5)
  waves = height * np.sin(2 * np.pi * rate * time + phase)
  return waves.sum(-1).astype(np.float32)


def expose(
  image: np.ndarray, nuisances: Nuisances, rng: np.random.Generator
) -> np.ndarray:
  """Turns linear light into the camera's picture.

  Args:
    image: float32[size, size, 3], linear light.
    nuisances: The clip's conditions.
    rng: The clip's generator of sensor noise.

  Returns:
    uint8[size, size, 3], sRGB.
  """
  picture = np.sqrt(np.maximum(image, 0)) * (255 * nuisances.gain)
  sigma = nuisances.blur * image.shape[1]
  if sigma > 0.25:
    picture = cv2.GaussianBlur(picture, (0, 0), sigma)
  if nuisances.noise > 0:
    picture += nuisances.noise * rng.standard_normal(picture.shape, np.float32)
  return np.clip(picture + 0.5, 0, 255).astype(np.uint8)
