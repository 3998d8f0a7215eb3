"""TFDS builder of rendered clips of six emotions."""

import concurrent.futures
import itertools
import pathlib
from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from stc_jax import machine
from stc_jax.datasets.synthetic_faces import action_units, clips
from stc_jax.datasets.synthetic_faces.configs import (
  SyntheticFacesConfig as SyntheticFacesConfig,
)
from stc_jax.datasets.synthetic_faces.configs import named_configs

EMOTIONS = action_units.EMOTIONS
AU_NUMBERS = action_units.AU_NUMBERS
_HELD_OUT = 3  # every so many subjects one
_PRESENT = 0.2  # intensity from which a coder sees an action unit: about FACS level A


class Builder(tfds.core.GeneratorBasedBuilder):
  """Builder of synthetic_faces."""

  VERSION = tfds.core.Version('4.0.0')
  RELEASE_NOTES: ClassVar = {
    '1.0.0': 'First release.',
    '2.0.0': 'Proportions nearer to life; cut as real faces are.',
    '3.0.0': 'Faces at rest more alike, weaker expressions; apart for tuning.',
    '4.0.0': '`neutral_to_apex` of people whom no recipe was trained on.',
  }
  BUILDER_CONFIGS = named_configs()
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
      laboratory=config.laboratory_of(subject, emotion, take),
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
  """The codes of the frames, as BP4D has them instead of a label."""
  return {
    'aus': (clip.aus >= _PRESENT).astype(np.int8),
    'frame_numbers': np.arange(1, len(clip.aus) + 1, dtype=np.int32),
  }
