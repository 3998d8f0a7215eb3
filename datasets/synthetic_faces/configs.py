"""The configs of synthetic_faces: what is rendered."""

import dataclasses

import tensorflow_datasets as tfds

from stc_jax.datasets.synthetic_faces import clips, laboratories
from stc_jax.datasets.synthetic_faces.difficulty import (
  FILMED,
  LABORATORY,
  SPONTANEOUS,
  STANDARD,
  Difficulty,
)
from stc_jax.datasets.synthetic_faces.laboratories import Laboratory


@dataclasses.dataclass(eq=False)
class SyntheticFacesConfig(tfds.core.BuilderConfig):
  """What to render.

  Attributes:
    order: `neutral_to_apex` (as CK+) or `neutral_apex_neutral` (as MMI).
    subjects: Number of subjects.
    clips_per_emotion: Clips of each emotion by each subject.
    difficulty: What makes the emotion hard to recognise.
    size: Height and width of the frames in pixels.
    seed: Seed of the set; another seed has other people.
    min_length, max_length: Fewest and most frames of a clip.
    fps: Frames per second.
    coded: Whether frames are coded one by one, and clips have no label; with splits
      `train` and, every third subject, `validation`, all as in BP4D.
    laboratory: Where clips are filmed; None: in no laboratory.
    scattered: Each clip is filmed in a laboratory of its own, drawn at random.
  """

  order: str = 'neutral_to_apex'
  subjects: int = 60
  clips_per_emotion: int = 1
  difficulty: Difficulty = STANDARD
  size: int = 64
  seed: int = 0
  min_length: int = 12
  max_length: int = 28
  fps: float = 12.0
  coded: bool = False
  laboratory: Laboratory | None = None
  scattered: bool = False

  def __post_init__(self):
    """Checks the values."""
    if self.order not in clips.ORDERS:
      raise ValueError(f'order is {self.order!r}; choose one of {clips.ORDERS}')
    if not 2 <= self.min_length <= self.max_length:
      raise ValueError(
        f'lengths are {self.min_length} to {self.max_length}; want 2 <= min <= max'
      )

  def laboratory_of(self, subject: int, emotion: str, take: int) -> Laboratory | None:
    """The laboratory of a clip; see `clips.make_clip`."""
    if not self.scattered:
      return self.laboratory
    return clips.draw_laboratory(self.seed, subject, emotion, take)


def named_configs() -> list[SyntheticFacesConfig]:
  """The named configs: seed 0 is for tuning, others, of other people, for reporting.

  Seed 1 of `neutral_to_apex` was trained on three times, so it has seed 2 now.
  """
  onset = 'Neutral to apex, 12 to 28 frames'
  laboratory = {'difficulty': LABORATORY}
  return [
    SyntheticFacesConfig(name='neutral_to_apex', description=f'{onset}.', seed=2),
    SyntheticFacesConfig(
      name='neutral_to_apex_tuning',
      description=f'{onset}; other people, to choose settings by.',
      seed=0,
    ),
    SyntheticFacesConfig(
      name='neutral_to_apex_laboratory',
      description=f'{onset}; strong expressions of people much alike at rest.',
      seed=1,
      **laboratory,
    ),
    SyntheticFacesConfig(
      name='neutral_to_apex_laboratory_tuning',
      description=f'{onset}; as the former, of other people, to choose settings by.',
      seed=0,
      **laboratory,
    ),
    SyntheticFacesConfig(
      name='neutral_apex_neutral',
      description='Neutral, apex, neutral; 40 to 90 frames at 25 fps.',
      order='neutral_apex_neutral',
      seed=1,
      min_length=40,
      max_length=90,
      fps=25.0,
    ),
    SyntheticFacesConfig(
      name='neutral_to_apex_small',
      description=f'{onset}; 12 subjects, for trials of a pipeline.',
      subjects=12,
      seed=0,
    ),
    *_coded_configs(),
    *_laboratory_configs(),
  ]


def _coded_configs() -> list[SyntheticFacesConfig]:
  """The configs with coded frames: seed 0 for tuning, seed 1 for reporting."""
  coded = 'Coded frame by frame in action units, as BP4D is'
  kinds = (
    ('', '', {'seed': 1, 'subjects': 90}),
    (
      '_tuning',
      '; other people, to choose settings by',
      {'seed': 0, 'subjects': 90},
    ),
    ('_small', '; 12 subjects, for trials', {'seed': 0, 'subjects': 12}),
  )
  return [
    SyntheticFacesConfig(
      name=f'action_units{name}',
      description=f'{coded}{people}.',
      order='neutral_apex_neutral',
      difficulty=SPONTANEOUS,
      min_length=20,
      max_length=40,
      coded=True,
      **fields,
    )
    for name, people, fields in kinds
  ]


def _laboratory_configs() -> list[SyntheticFacesConfig]:
  """Two configs a laboratory: people to train on, and others to test on.

  And one of many laboratories, to train on beside them. Nobody is in two of them.
  """
  lengths = {'min_length': 10, 'max_length': 20}
  many = SyntheticFacesConfig(
    name='laboratories_many',
    description='Each clip in a laboratory of its own, 150 subjects.',
    difficulty=FILMED,
    scattered=True,
    subjects=150,
    seed=300,
    **lengths,
  )
  return [
    many,
    *(
      SyntheticFacesConfig(
        name=f'laboratory_{name}{ending}',
        description=f'{words} the laboratory `{name}`, {number} subjects.',
        difficulty=FILMED,
        laboratory=laboratory,
        subjects=number,
        seed=first + place,
        **lengths,
      )
      for place, (name, laboratory) in enumerate(laboratories.NAMED.items())
      for ending, words, number, first in (
        ('', 'To train on in', 60, 100),
        ('_others', 'Other people, to test on in', 40, 200),
      )
    ),
  ]
