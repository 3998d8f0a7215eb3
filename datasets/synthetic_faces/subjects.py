"""A synthetic subject: proportions, colours and the face at rest.

Lengths are in units of the distance between the pupils (about 63 mm in adults), with
the origin half-way between the pupils, x to the right of the image and y downwards.
Ranges follow the adult norms of Farkas, *Anthropometry of the Head and Face* (1994).
Mouth and cheeks are slightly further out, as they appear in photographs, so that MTCNN,
which was trained on photographs, finds the eyes of a rendered face in the right place.
"""

import dataclasses

import numpy as np

from stc_jax.datasets.synthetic_faces import action_units

FURROWS = (
  'glabella',
  'forehead_centre',
  'forehead_sides',
  'nose_root',
  'nasolabial',
  'crows_feet',
  'under_eye',
  'chin',
  'marionette',
)

# sRGB colours, from light to dark, after the Monk Skin Tone scale (Monk 2019).
_SKIN = ((240, 208, 190), (228, 182, 155), (205, 150, 118), (166, 113, 82),
         (122, 80, 58), (86, 57, 44))  # fmt: skip
_HAIR = ((26, 22, 21), (48, 34, 27), (82, 56, 38), (124, 86, 54), (190, 152, 100),
         (140, 66, 36), (150, 148, 145))  # fmt: skip
_IRIS = ((58, 36, 24), (84, 54, 32), (104, 86, 52), (96, 118, 130), (88, 108, 84))


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
  """One person at rest.

  Attributes:
    texture_seed: Seed of the skin's, brows' and hair's fine structure.
    skin, hair, iris, lips: sRGB colours in 0..255.
    age: 0 (about 18 years) to 1 (about 70).
    stubble: 0 (none) to 1 (a beard of some days).
    hair_length: 0 (cropped) to 1 (covers the ears).
    hairline: y of the hairline at the midline.
    face_width, jaw_taper, squareness, chin: Outline of the face.
    eye_width: Half the length of the palpebral fissure.
    lid_upper, lid_lower: Height of the lids above and below the pupil.
    eye_tilt: Rise of the outer canthus per unit of length.
    crease: Distance of the fold above the upper lid.
    brow_height, brow_tilt, brow_arch, brow_thickness, brow_density: The brows.
    nose_tip, nose_width, nose_height: y of the tip, half width, height of the bridge.
    mouth, mouth_width: y of the lips' line and half their length.
    corner_slant: How far the lip corners hang below the middle.
    lip_upper, lip_lower, lip_parting: Thickness of the lips and the gap between.
    furrows: float32[len(FURROWS)], resting depth of each furrow, 0..1.
    gains: float32[n_aus], how strongly each action unit shows in this face.
    resting: float32[n_aus], how much of each action unit this face seems to show at
      rest, as a brow that always frowns.
  """

  texture_seed: int
  skin: np.ndarray
  hair: np.ndarray
  iris: np.ndarray
  lips: np.ndarray
  age: float
  stubble: float
  hair_length: float
  hairline: float
  face_width: float
  jaw_taper: float
  squareness: float
  chin: float
  eye_width: float
  lid_upper: float
  lid_lower: float
  eye_tilt: float
  crease: float
  brow_height: float
  brow_tilt: float
  brow_arch: float
  brow_thickness: float
  brow_density: float
  nose_tip: float
  nose_width: float
  nose_height: float
  mouth: float
  mouth_width: float
  corner_slant: float
  lip_upper: float
  lip_lower: float
  lip_parting: float
  furrows: np.ndarray
  gains: np.ndarray
  resting: np.ndarray


def draw_subject(rng: np.random.Generator, n_aus: int, traits: float = 1.0) -> Subject:
  """Draws a person.

  Args:
    rng: The subject's own generator.
    n_aus: Number of action units the face can move.
    traits: Spread of the resting traits that look like expressions.

  Returns:
    The subject at rest.
  """
  age = float(rng.beta(1.2, 1.6))
  masculine = rng.random()
  colours = _draw_colours(rng, age)
  return Subject(
    texture_seed=int(rng.integers(2**31)),
    age=age,
    stubble=float(max(0.0, rng.uniform(-1.2, 1.0)) * (masculine > 0.45)),
    hair_length=float(np.clip(rng.normal(0.9 - 1.2 * masculine, 0.3), 0, 1)),
    hairline=float(rng.uniform(-1.2, -0.7)),
    face_width=float(rng.uniform(1.04, 1.17)),
    jaw_taper=float(rng.uniform(0.1, 0.3) - 0.12 * masculine),
    squareness=float(rng.uniform(1.9, 2.4) + 0.4 * masculine),
    chin=float(rng.uniform(1.62, 1.74)),
    crease=float(rng.uniform(0.025, 0.075)),
    nose_tip=float(rng.uniform(0.5, 0.62)),
    nose_width=float(rng.uniform(0.2, 0.29)),
    nose_height=float(rng.uniform(0.14, 0.28)),
    gains=rng.uniform(0.65, 1.2, n_aus).astype(np.float32),
    resting=action_units.draw_resting(rng, traits),
    **colours,
    **_draw_resting(rng, age, masculine, traits),
  )


def _draw_colours(rng: np.random.Generator, age: float) -> dict[str, np.ndarray]:
  """Skin, hair, iris and lips in sRGB; dark skin goes with dark hair and eyes."""
  tone = rng.uniform(0, len(_SKIN) - 1)
  rows = np.arange(len(_SKIN))
  skin = np.array([np.interp(tone, rows, channel) for channel in np.transpose(_SKIN)])
  skin *= rng.uniform(0.95, 1.04, 3)
  fair = tone < 2.2
  hair = _HAIR[rng.integers(6 if fair else 2)]
  if rng.random() < max(0.0, age - 0.45) * 1.8:
    hair = _HAIR[-1]
  iris = _IRIS[rng.integers(len(_IRIS)) if fair else rng.integers(2)]
  rosy = np.array([0.9, 0.66, 0.66]) * rng.uniform(0.9, 1.05)
  return {
    'skin': np.clip(skin, 0, 250),
    'hair': np.array(hair) * rng.uniform(0.85, 1.15),
    'iris': np.array(iris) * rng.uniform(0.85, 1.15),
    'lips': np.clip(skin * rosy + np.array([6, 0, 4]), 0, 250),
  }


def _draw_resting(
  rng: np.random.Generator, age: float, masculine: float, traits: float
) -> dict[str, float | np.ndarray]:
  """The traits that a still picture can mistake for an expression.

  Their standard deviations at `traits` 1 are about what an action unit of level C to D
  moves, so that only the change from rest would tell trait from action.
  """

  def trait(mean: float, deviation: float, low: float, high: float) -> float:
    return float(np.clip(rng.normal(mean, deviation * traits), low, high))

  depth = age * rng.uniform(0, 0.7, len(FURROWS))
  depth = depth + rng.normal(0, 0.26 * traits, len(FURROWS))
  return {
    'eye_width': trait(0.235, 0.019, 0.188, 0.276),
    'lid_upper': trait(0.078, 0.026, 0.027, 0.135),
    'lid_lower': trait(0.082, 0.019, 0.039, 0.127),
    'eye_tilt': trait(0.06, 0.08, -0.156, 0.249),
    'brow_height': trait(-0.355, 0.067, -0.51, -0.213),
    'brow_tilt': trait(0.0, 0.096, -0.216, 0.216),
    'brow_arch': trait(0.055, 0.04, -0.019, 0.143),
    'brow_thickness': trait(0.05 + 0.02 * masculine, 0.018, 0.023, 0.111),
    'brow_density': trait(0.8, 0.192, 0.3, 1.0),
    'mouth': trait(1.1, 0.048, 1.006, 1.208),
    'mouth_width': trait(0.4, 0.051, 0.292, 0.508),
    'corner_slant': trait(-0.01, 0.054, -0.111, 0.098),
    'lip_upper': trait(0.1, 0.032, 0.033, 0.174),
    'lip_lower': trait(0.135, 0.038, 0.047, 0.209),
    'lip_parting': max(0.0, trait(-0.012, 0.032, -0.131, 0.065)),
    'furrows': np.clip(depth, 0, 0.8).astype(np.float32),
  }
