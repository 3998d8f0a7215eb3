"""Laboratories: how one place films, and what people do there.

Real databases differ in framing, camera, light and task. A laboratory says how, so that
a model of one can be tested in the others.
"""

import dataclasses

import cv2
import numpy as np

from stc_jax.datasets.synthetic_faces import speech
from stc_jax.datasets.synthetic_faces.action_units import Actions
from stc_jax.datasets.synthetic_faces.nuisances import Nuisances


@dataclasses.dataclass(frozen=True)
class Laboratory:
  """How clips of one laboratory differ from those without one.

  Attributes:
    zoom: Scale of the face in the frame, about the point between the eyes.
    place: How far right and down the face lies, in eye distances.
    spread: Deviation of the logarithm of `zoom` and of `place` from clip to clip.
    pose: Yaw and pitch that are added, in radians.
    drift: Factor of the head's motion.
    light: Added to the direction towards the light: right and down.
    gamma: Exponent of the picture's tones; below 1 is brighter.
    contrast: Factor of each tone's difference from middle gray.
    gray: Whether the camera sees no colour.
    pixels: Height and width at which the camera films; enlarged then. 0: full size.
    blur: Deviation of the camera's blur, in its pixels.
    noise: Deviation of the sensor's noise, in levels of 0..255.
    quality: Of the JPEG compression, 1 to 100; 0: none.
    talking: Whether people talk over the expression.
    partial: Whether clips begin and end anywhere, the apex among their frames; else
      they go from neutral to the apex.
  """

  zoom: float = 1.0
  place: tuple[float, float] = (0.0, 0.0)
  spread: float = 0.0
  pose: tuple[float, float] = (0.0, 0.0)
  drift: float = 1.0
  light: tuple[float, float] = (0.0, 0.0)
  gamma: float = 1.0
  contrast: float = 1.0
  gray: bool = False
  pixels: int = 0
  blur: float = 0.0
  noise: float = 0.0
  quality: int = 0
  talking: bool = False
  partial: bool = False

  def __post_init__(self):
    """Checks the values."""
    if min(self.zoom, self.gamma, self.contrast) <= 0:
      raise ValueError(f'{self}: zoom, gamma and contrast must be positive')
    if min(self.spread, self.drift, self.pixels, self.blur, self.noise) < 0:
      raise ValueError(f'{self} has a negative spread, size or deviation')
    if not 0 <= self.quality <= 100:
      raise ValueError(f'quality is {self.quality}; want 0 to 100')


# To choose recipes by.
TUNING = {
  'studio': Laboratory(spread=0.01, drift=0.6),
  'webcam': Laboratory(
    zoom=0.84, place=(0.05, 0.06), spread=0.05, pose=(0.0, -0.06), drift=1.8,
    light=(-0.5, 0.1), gamma=1.2, noise=3.0, quality=35, talking=True,
  ),
  'phone': Laboratory(
    zoom=1.14, place=(-0.04, -0.08), spread=0.05, pose=(0.08, 0.08), drift=2.0,
    light=(0.35, 0.25), contrast=1.2, blur=0.8, quality=60, partial=True,
  ),
  'archive': Laboratory(
    zoom=0.93, place=(0.0, -0.05), spread=0.03, light=(0.2, -0.3), gamma=0.8,
    contrast=0.8, gray=True, pixels=32, blur=0.5, noise=4.0, talking=True,
    partial=True,
  ),
}  # fmt: skip
# To judge recipes by: nothing is chosen on them.
REPORTING = {
  'clinic': Laboratory(
    zoom=1.08, place=(0.03, 0.05), spread=0.02, drift=0.8, light=(0.0, -0.5),
    gamma=0.9, noise=1.0,
  ),
  'broadcast': Laboratory(
    zoom=0.88, place=(-0.05, -0.04), spread=0.04, pose=(-0.08, 0.0), drift=1.5,
    light=(0.3, 0.0), contrast=1.25, pixels=48, quality=50, talking=True,
    partial=True,
  ),
  'doorbell': Laboratory(
    zoom=1.18, place=(0.0, 0.05), spread=0.05, pose=(0.0, 0.1), drift=1.5,
    light=(-0.3, 0.3), gamma=1.25, gray=True, pixels=36, noise=3.0, quality=40,
    partial=True,
  ),
  'car': Laboratory(
    zoom=0.82, place=(0.06, -0.06), spread=0.05, pose=(0.1, -0.05), drift=2.2,
    light=(0.6, 0.0), contrast=0.75, blur=0.9, noise=4.0, talking=True,
  ),
}  # fmt: skip
NAMED = TUNING | REPORTING


def drawn(rng: np.random.Generator) -> Laboratory:
  """A laboratory at random, none of the named ones, to train beside others."""
  coarse, pressed = rng.random(2) < 0.5
  return Laboratory(
    zoom=float(np.exp(rng.uniform(-0.25, 0.25))),
    place=tuple(rng.uniform(-0.1, 0.1, 2).tolist()),
    pose=tuple(rng.uniform(-0.12, 0.12, 2).tolist()),
    drift=float(rng.uniform(0.5, 2.5)),
    light=tuple(rng.uniform(-0.6, 0.6, 2).tolist()),
    gamma=float(np.exp(rng.uniform(-0.3, 0.3))),
    contrast=float(rng.uniform(0.7, 1.3)),
    gray=bool(rng.random() < 0.3),
    pixels=int(rng.integers(28, 64)) if coarse else 0,
    blur=float(rng.uniform(0, 1)),
    noise=float(rng.uniform(0, 5)),
    quality=int(rng.integers(30, 90)) if pressed else 0,
    talking=bool(rng.random() < 0.5),
    partial=bool(rng.random() < 0.5),
  )


def acted(
  actions: Actions,
  laboratory: Laboratory,
  frames: int,
  fps: float,
  rng: np.random.Generator,
) -> Actions:
  """What a face does in a clip of the laboratory, from what it does in any.

  A partial clip is cut out of a longer one, whose strongest frame lies anywhere in it.
  Speech is added to the expression.
  """
  shown = actions.intensities
  if laboratory.partial:
    first = int(shown.sum(axis=1).argmax()) - int(rng.integers(frames))
    first = int(np.clip(first, 0, len(shown) - frames))
    shown = shown[first : first + frames]
  if laboratory.talking:
    shown = 1 - (1 - shown) * (1 - speech.draw(rng, len(shown), fps))
  return dataclasses.replace(actions, intensities=shown.astype(np.float32))


def staged(
  conditions: Nuisances, laboratory: Laboratory, rng: np.random.Generator
) -> Nuisances:
  """The conditions of a clip in the laboratory's framing, pose and light."""
  zoom = laboratory.zoom * np.exp(laboratory.spread * rng.normal())
  place = laboratory.place + laboratory.spread * rng.normal(size=2)
  middle = conditions.turn.mean(axis=0)
  drift = laboratory.drift
  light = conditions.light + np.array([*laboratory.light, 0.0])
  light /= np.linalg.norm(light, axis=-1, keepdims=True)
  return dataclasses.replace(
    conditions,
    shift=(drift * conditions.shift + place).astype(np.float32),
    angle=drift * conditions.angle,
    zoom=(zoom * (1 + drift * (conditions.zoom - 1))).astype(np.float32),
    turn=(drift * (conditions.turn - middle) + middle + laboratory.pose).astype(
      np.float32
    ),
    light=light.astype(np.float32),
  )


def filmed(
  frames: np.ndarray, laboratory: Laboratory, rng: np.random.Generator
) -> np.ndarray:
  """The frames as the laboratory's camera stores them.

  Args:
    frames: uint8[n, size, size, 3], sRGB.
    laboratory: Whose camera.
    rng: Of the sensor's noise.

  Returns:
    uint8[n, size, size, 3], sRGB.
  """
  return np.stack([_filmed(frame, laboratory, rng) for frame in frames])


def _filmed(frame, laboratory, rng):
  """One frame: tones, colour, resolution, blur, noise, compression."""
  size = frame.shape[0]
  tones = (frame / np.float32(255)) ** np.float32(laboratory.gamma)
  picture = 255 * (0.5 + laboratory.contrast * (tones - 0.5))
  if laboratory.gray:
    picture = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
  side = laboratory.pixels or size
  picture = cv2.resize(
    picture.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA
  )
  if laboratory.blur:
    picture = cv2.GaussianBlur(picture, (0, 0), laboratory.blur)
  picture = picture + laboratory.noise * rng.standard_normal(picture.shape, np.float32)
  picture = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
  if laboratory.quality:
    # OpenCV wants blue first; the first and last channel swapped twice are the same.
    encoded = cv2.imencode(
      '.jpg', picture[..., ::-1] if picture.ndim == 3 else picture,
      [cv2.IMWRITE_JPEG_QUALITY, laboratory.quality],
    )[1]  # fmt: skip
    picture = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    picture = picture[..., ::-1] if picture.ndim == 3 else picture
  picture = cv2.resize(
    np.ascontiguousarray(picture), (size, size), interpolation=cv2.INTER_CUBIC
  )
  return np.dstack([picture] * 3) if picture.ndim == 2 else picture
