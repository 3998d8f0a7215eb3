"""Renders clips by number; a clip depends on the seed and its description alone."""

import dataclasses
import functools

import numpy as np

from stc_jax.datasets.synthetic_faces import (
  action_units,
  laboratories,
  nuisances,
  renderer,
  subjects,
)
from stc_jax.datasets.synthetic_faces.difficulty import STANDARD, Difficulty
from stc_jax.datasets.synthetic_faces.laboratories import Laboratory

# Told apart so that no two generators share a seed: NumPy pads seeds with zeros.
SUBJECT, CLIP, _SENSOR, _LABORATORY, _WHERE = 1, 2, 3, 5, 6
_USES = CLIP, _SENSOR, _LABORATORY
# How much longer than itself is what a partial clip is cut out of.
_UNCUT = 2

ORDERS = ('neutral_to_apex', 'neutral_apex_neutral')


@dataclasses.dataclass(frozen=True)
class RenderedClip:
  """A rendered clip of n frames.

  Attributes:
    frames: uint8[n, size, size, 3], sRGB.
    aus: float32[n, n_aus], intensity of each of `action_units.AU_NUMBERS`, 0..1.
    eyes: float32[n, 2, 2], (x, y) in pixels of the subject's right and left eye.
  """

  frames: np.ndarray
  aus: np.ndarray
  eyes: np.ndarray


@functools.lru_cache(maxsize=4)
def draw_subject(seed: int, subject: int, traits: float) -> subjects.Subject:
  """The subject of this number in the population of this seed."""
  rng = np.random.default_rng([seed, SUBJECT, subject])
  return subjects.draw_subject(rng, len(action_units.AU_NUMBERS), traits)


def draw_laboratory(seed: int, subject: int, emotion: str, take: int) -> Laboratory:
  """A laboratory for one clip alone."""
  key = [subject, action_units.EMOTIONS.index(emotion), take]
  return laboratories.drawn(np.random.default_rng([seed, _WHERE, *key]))


def make_clip(
  seed: int,
  subject: int,
  emotion: str,
  take: int,
  *,
  order: str = 'neutral_to_apex',
  lengths: tuple[int, int] = (12, 28),
  fps: float = 12.0,
  difficulty: Difficulty = STANDARD,
  size: int = 64,
  rests: bool = False,
  laboratory: Laboratory | None = None,
) -> RenderedClip:
  """Renders one clip; the same arguments give the same bytes.

  Args:
    seed: Of the whole set.
    subject: Number of the subject, from 1.
    emotion: One of `action_units.EMOTIONS`.
    take: Number of the clip among the subject's clips of this emotion, from 1.
    order: One of `ORDERS`.
    lengths: Fewest and most frames.
    fps: Frames per second.
    difficulty: What makes the emotion hard to recognise.
    size: Height and width of the frames in pixels.
    rests: The face only blinks; everything else is as in the clip of `emotion`.
    laboratory: Where it is filmed; None: in none.
  """
  key = [subject, action_units.EMOTIONS.index(emotion), take]
  rng, sensor, place = (np.random.default_rng([seed, use, *key]) for use in _USES)
  person = draw_subject(seed, subject, difficulty.traits)
  frames = int(rng.integers(lengths[0], lengths[1] + 1))
  actions = _draw_actions(
    rng, person, emotion, frames, fps, order, laboratory, difficulty
  )
  actions = _only_blinks(actions) if rests else actions
  conditions = nuisances.draw_nuisances(rng, frames, fps, difficulty.nuisances)
  if laboratory is not None:
    actions = laboratories.acted(actions, laboratory, frames, fps, place)
    conditions = laboratories.staged(conditions, laboratory, place)
  pictures, eyes = renderer.render_clip(person, actions, conditions, size, sensor)
  if laboratory is not None:
    pictures = laboratories.filmed(pictures, laboratory, place)
  return RenderedClip(pictures, actions.intensities, eyes)


def _draw_actions(rng, person, emotion, frames, fps, order, place, difficulty):
  """The actions of a clip or, if it is partial, of the longer one around it."""
  partial = place is not None and place.partial
  returns = partial or order == 'neutral_apex_neutral'
  uncut = frames * (_UNCUT if partial else 1)
  return action_units.draw_actions(
    rng, emotion, uncut, fps, person.gains, returns, difficulty
  )


def _only_blinks(actions: action_units.Actions) -> action_units.Actions:
  blinks = np.array(action_units.AU_NUMBERS) == action_units.BLINK
  return dataclasses.replace(actions, intensities=actions.intensities * blinks)
