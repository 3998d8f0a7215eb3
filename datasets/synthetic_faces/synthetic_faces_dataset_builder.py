"""TFDS builder of rendered clips of six emotions."""

import concurrent.futures
import dataclasses
import itertools
import pathlib
from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from stc_jax import machine
from stc_jax.datasets.synthetic_faces import action_units, clips
from stc_jax.datasets.synthetic_faces.difficulty import (
  LABORATORY,
  SPONTANEOUS,
  STANDARD,
  Difficulty,
)

EMOTIONS = action_units.EMOTIONS
AU_NUMBERS = action_units.AU_NUMBERS
_HELD_OUT = 3  # every so many subjects one
_PRESENT = 0.2  # intensity from which a coder sees an action unit: about FACS level A


@dataclasses.dataclass(eq=False)
class SyntheticFacesConfig(tfds.core.BuilderConfig):
  """What to render.

  Attributes:
    order: `neutral_to_apex` (as CK+) or `neutral_apex_neutral` (as MMI).
    subjects: Number of subjects.
    clips_per_emotion: Clips of each emotion by each subject.
    difficulty: What makes the emotion hard to tell.
    size: Height and width of the frames in pixels.
    seed: Of the whole set; another one is of other people.
    min_length, max_length: Fewest and most frames of a clip.
    fps: Frames per second.
    coded: Whether frames are coded one by one, and clips have no label; with splits
      `train` and, every third subject, `validation`, all as in BP4D.
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

  def __post_init__(self):
    """Checks the values."""
    if self.order not in clips.ORDERS:
      raise ValueError(f'order is {self.order!r}; choose one of {clips.ORDERS}')
    if not 2 <= self.min_length <= self.max_length:
      raise ValueError(
        f'lengths are {self.min_length} to {self.max_length}; want 2 <= min <= max'
      )


def _configs() -> list[SyntheticFacesConfig]:
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
  ]


def _coded_configs() -> list[SyntheticFacesConfig]:
  """Those whose frames are coded: seed 0 for tuning, seed 1 for reporting."""
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


class Builder(tfds.core.GeneratorBasedBuilder):
  """Builder of synthetic_faces."""

  VERSION = tfds.core.Version('4.0.0')
  RELEASE_NOTES: ClassVar = {
    '1.0.0': 'First release.',
    '2.0.0': 'Proportions nearer to life; cut as real faces are.',
    '3.0.0': 'Faces at rest more alike, weaker expressions; apart for tuning.',
    '4.0.0': '`neutral_to_apex` of people whom no recipe was trained on.',
  }
  BUILDER_CONFIGS = _configs()
  # Read from a clone, this package lies outside its parent's folder, where TFDS would
  # look for README.md, TAGS.txt and CITATIONS.bib.
  pkg_dir_path = pathlib.Path(__file__).parent

  def _info(self) -> tfds.core.DatasetInfo:
    size, coded = self.builder_config.size, self.builder_config.coded and np.int8
    # Whole clips as bytes: read five times as fast as frame by frame.
    tensor = {'encoding': 'bytes'}
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(
        {
          'frames': tfds.features.Tensor(
            shape=(None, size, size, 3), dtype=np.uint8, **tensor
          ),
          'subject': tfds.features.Text(),
          'clip': tfds.features.Text(),
          'fps': np.float32,
          'aus': tfds.features.Tensor(
            shape=(None, len(AU_NUMBERS)), dtype=coded or np.float32, **tensor
          ),
          'eyes': tfds.features.Tensor(shape=(None, 2, 2), dtype=np.float32, **tensor),
        }
        | (
          {
            'frame_numbers': tfds.features.Tensor(
              shape=(None,), dtype=np.int32, **tensor
            )
          }
          if coded
          else {'label': tfds.features.ClassLabel(names=EMOTIONS)}
        )
      ),
      metadata=tfds.core.MetadataDict(au_numbers=list(AU_NUMBERS)),
      disable_shuffling=True,
    )

  def _split_generators(self, dl_manager):
    del dl_manager  # Nothing is downloaded.
    subjects = range(1, self.builder_config.subjects + 1)
    if not self.builder_config.coded:
      return {'data': self._generate_examples(subjects)}
    held_out = subjects[_HELD_OUT - 1 :: _HELD_OUT]
    train = [subject for subject in subjects if subject not in held_out]
    return {
      'train': self._generate_examples(train),
      'validation': self._generate_examples(held_out),
    }

  def _generate_examples(self, subjects: Iterable[int]) -> Iterator[tuple[int, dict]]:
    """Yields (number of the clip, example), subject by subject."""
    config = self.builder_config
    takes = range(1, config.clips_per_emotion + 1)
    # NumPy and OpenCV release the interpreter's lock, and a clip depends on nothing but
    # its number, so threads change neither the bytes nor their order.
    with concurrent.futures.ThreadPoolExecutor(min(machine.cores(), 8)) as pool:
      for subject in subjects:
        yield from pool.map(
          self._example, itertools.product([subject], EMOTIONS, takes)
        )

  def _example(self, number: tuple[int, str, int]) -> tuple[int, dict]:
    """Renders the clip of (subject, emotion, take)."""
    subject, emotion, take = number
    config = self.builder_config
    clip = clips.make_clip(
      config.seed,
      subject,
      emotion,
      take,
      order=config.order,
      lengths=(config.min_length, config.max_length),
      fps=config.fps,
      difficulty=config.difficulty,
      size=config.size,
    )
    label = EMOTIONS.index(emotion)
    place = (subject - 1) * len(EMOTIONS) + label
    return place * config.clips_per_emotion + take - 1, {
      'frames': clip.frames,
      'subject': f'S{subject:03d}',
      'clip': f'S{subject:03d}_{emotion}_{take}',
      'fps': config.fps,
      'eyes': clip.eyes,
      **(_coding(clip) if config.coded else {'label': emotion, 'aus': clip.aus}),
    }


def _coding(clip: clips.RenderedClip) -> dict:
  """What BP4D's sets have in place of a label."""
  return {
    'aus': (clip.aus >= _PRESENT).astype(np.int8),
    'frame_numbers': np.arange(1, len(clip.aus) + 1, dtype=np.int32),
  }
