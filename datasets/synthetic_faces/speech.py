"""The movements of the lower face while somebody talks."""

import numpy as np

from stc_jax.datasets.synthetic_faces.action_units import AU_NUMBERS

# Syllables a second (Chandrasekaran et al. 2009: mouths open 2 to 7 times a second).
_RATE = (2.5, 4.5)
# The largest intensity of each action unit, at an open and at a closed mouth.
_OPEN = {25: 0.8, 26: 0.45, 16: 0.25, 20: 0.2}
_CLOSED = {24: 0.4, 17: 0.25, 23: 0.25}


def draw(rng: np.random.Generator, frames: int, fps: float) -> np.ndarray:
  """Draws the action units of speech, with pauses between phrases.

  Args:
    rng: The clip's generator.
    frames: Length of the clip.
    fps: Frames per second.

  Returns:
    float32[frames, n_aus], intensities of 0..1.
  """
  time = np.arange(frames) / fps
  rate, phase = rng.uniform(*_RATE), rng.random(3)
  # The rate wavers, and so does how far the mouth opens.
  beats = rate * time + 0.4 * np.sin(2 * np.pi * (0.7 * time + phase[0]))
  loud = 0.65 + 0.35 * np.sin(2 * np.pi * (1.1 * time + phase[1]))
  mouth = np.sin(2 * np.pi * (beats + phase[2]))
  pause = np.clip(3 * np.sin(2 * np.pi * (0.3 * time + rng.random())) + 2.5, 0, 1)
  intensities = np.zeros((frames, len(AU_NUMBERS)), np.float32)
  for units, part in ((_OPEN, mouth), (_CLOSED, -mouth)):
    for number, most in units.items():
      peak = most * rng.uniform(0.5, 1)
      shown = peak * pause * loud * np.maximum(part, 0)
      intensities[:, AU_NUMBERS.index(number)] = shown
  return intensities
