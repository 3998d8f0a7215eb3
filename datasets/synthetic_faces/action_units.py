"""The action units of an emotion, their intensities and their timing.

References:
  Ekman, Friesen, *EMFACS-7: Emotional Facial Action Coding System*, University of
    California (1983).
  Ekman, Friesen, Hager, *Facial Action Coding System: The Manual* and *Investigator's
    Guide*, Research Nexus, Salt Lake City (2002).
"""

import dataclasses

import numpy as np

from stc_jax.datasets.synthetic_faces.difficulty import STANDARD, Difficulty

EMOTIONS = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')

# The columns of `aus`.
AU_NUMBERS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 15, 16, 17, 20, 23, 24, 25, 26, 27, 45)

BLINK = 45

# Prototypes and major variants (Ekman, Friesen & Hager 2002, Investigator's Guide).
PROTOTYPES = {
  'anger': ((4, 5, 7, 23), (4, 5, 7, 24), (4, 7, 17, 24), (4, 5, 7, 10, 23, 25)),
  'disgust': ((9, 15), (9, 17), (10, 15), (10, 17), (9, 16, 25), (10, 16, 25)),
  'fear': ((1, 2, 4, 5, 20, 25), (1, 2, 4, 5, 20, 26), (1, 2, 4, 20, 25),
           (1, 2, 4, 5, 25)),
  'happiness': ((6, 12), (6, 12, 25), (12, 25), (6, 12, 25, 26)),
  'sadness': ((1, 4, 15), (1, 4, 15, 17), (1, 4, 17), (1, 4, 6, 15)),
  'surprise': ((1, 2, 5, 26), (1, 2, 5, 27), (1, 2, 26), (1, 2, 5, 25)),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Actions:
  """The action units of a face during a clip.

  Attributes:
    intensities: float32[frames, n_aus], 0 (absent) to 1 (FACS level E).
    sides: float32[n_aus, 2], share of each intensity that the subject's right and left
      half of the face show.
  """

  intensities: np.ndarray
  sides: np.ndarray


def draw_resting(rng: np.random.Generator, traits: float) -> np.ndarray:
  """Draws the action units that a face seems to show at rest, such as a frown.

  About a third of the action units that leave mouth and eyes closed or open as they
  are, up to level C.

  Returns:
    float32[n_aus], intensities; zeros at `traits` 0.
  """
  strength = 0.5 * traits * rng.random(len(AU_NUMBERS))
  shown = (rng.random(len(AU_NUMBERS)) < 0.35) & ~np.isin(AU_NUMBERS, (26, 27, BLINK))
  return np.where(shown, np.minimum(strength, 0.8), 0).astype(np.float32)


def draw_actions(
  rng: np.random.Generator,
  emotion: str,
  frames: int,
  fps: float,
  gains: np.ndarray,
  returns: bool,
  difficulty: Difficulty = STANDARD,
) -> Actions:
  """Draws the action units of one clip.

  Args:
    rng: The clip's generator.
    emotion: One of `EMOTIONS`.
    frames: Length of the clip.
    fps: Frames per second.
    gains: float[n_aus], the subject's expressivity.
    returns: Whether the face comes back to neutral after the apex.
    difficulty: How strong the expression is, and what else the face does.

  Returns:
    Intensities and asymmetries. Without `returns` the emotion's action units begin at
    0 and reach their maximum in the last frame.
  """
  variants = PROTOTYPES[emotion]
  chosen = variants[rng.integers(len(variants))]
  strength = rng.uniform(*difficulty.strength)
  start, apex = _draw_times(rng, frames, returns)
  intensities = np.zeros((frames, len(AU_NUMBERS)), np.float32)
  for column, number in enumerate(AU_NUMBERS):
    peak = strength * rng.uniform(0.7, 1.15) * gains[column]
    lag = rng.uniform(0, 0.25) * (apex - start)
    if number in chosen:
      envelope = _envelope(frames, start + lag, apex, returns)
      intensities[:, column] = np.clip(peak, 0.12, 1) * envelope
  intensities = np.maximum(
    intensities, _draw_bystanders(rng, frames, returns, difficulty.bystanders)
  )
  intensities[:, AU_NUMBERS.index(BLINK)] = _draw_blinks(rng, frames, fps)
  sides = 1 + rng.normal(0, 0.1, (len(AU_NUMBERS), 2))
  return Actions(intensities, np.clip(sides, 0.5, 1.5).astype(np.float32))


def _draw_times(
  rng: np.random.Generator, frames: int, returns: bool
) -> tuple[float, float]:
  """The frames where the onset begins and where the apex is reached."""
  if returns:
    apex = rng.uniform(0.35, 0.65) * (frames - 1)
    return apex * rng.uniform(0.2, 0.55), apex
  return rng.uniform(0.0, 0.3) * (frames - 1), float(frames - 1)


def _envelope(frames: int, start: float, apex: float, returns: bool) -> np.ndarray:
  """Smooth onset and, where the face returns, plateau and slower offset; 0..1."""
  time = np.arange(frames)
  onset = _minimum_jerk((time - start) / max(apex - start, 1.0))
  if not returns:
    return onset
  hold = apex + 0.15 * (frames - 1 - apex)
  offset = _minimum_jerk((time - hold) / max(0.95 * (frames - 1) - hold, 1.0))
  return onset * (1 - offset)


def _minimum_jerk(progress: np.ndarray) -> np.ndarray:
  """The smoothest step from 0 to 1 (Flash & Hogan 1985)."""
  t = np.clip(progress, 0, 1)
  return t**3 * (10 - 15 * t + 6 * t**2)


def _draw_bystanders(
  rng: np.random.Generator, frames: int, returns: bool, strongest: float
) -> np.ndarray:
  """Up to three action units that are unrelated to the emotion."""
  intensities = np.zeros((frames, len(AU_NUMBERS)), np.float32)
  numbers = [2, 4, 7, 10, 12, 15, 17, 20, 24, 25]
  for number in rng.choice(numbers, rng.integers(0, 4), replace=False):
    latest = (0.7 if returns else 1.0) * (frames - 1)
    start = rng.uniform(0, 0.7) * latest
    apex = start + rng.uniform(0.3, 1) * (latest - start)
    peak = strongest * rng.random()
    column = AU_NUMBERS.index(number)
    intensities[:, column] = peak * _envelope(frames, start, apex, returns)
  return intensities


def _draw_blinks(rng: np.random.Generator, frames: int, fps: float) -> np.ndarray:
  """Blinks at random moments, about 15 a minute, never at the clip's ends."""
  time = np.arange(frames)
  blinks = np.zeros(frames, np.float32)
  for _ in range(rng.poisson(0.25 * frames / fps)):
    centre = rng.uniform(0.15, 0.85) * frames
    half = 0.12 * fps
    blinks = np.maximum(blinks, _minimum_jerk(1.3 * (1 - np.abs(time - centre) / half)))
  return blinks * _minimum_jerk(time / 2) * _minimum_jerk((frames - 1 - time) / 2)
