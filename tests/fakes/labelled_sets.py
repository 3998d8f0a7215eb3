"""Small prepared sets of clips of noise, with classes, rates and sizes of their own."""

import pathlib

import numpy as np
import tensorflow_datasets as tfds


def prepared(
  folder: pathlib.Path,
  name: str,
  classes: tuple[str, ...],
  subjects: int = 4,
  fps: float = 25.0,
  side: int = 16,
  metadata: dict | None = None,
) -> tfds.core.DatasetBuilder:
  """Prepares a set in which subject k shows class c in k + c % 2 clips, at least one.

  Every set has the same names of subjects and clips.
  """
  kind = type(
    name,
    (_NoiseClips,),
    {'classes': classes, 'subjects': subjects, 'fps': fps, 'side': side}
    | {'metadata': metadata or {}},
    skip_registration=True,
  )
  builder = kind(data_dir=folder)
  builder.download_and_prepare(file_format='array_record')
  return builder


class _NoiseClips(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES = {'1.0.0': 'First version.'}  # noqa: RUF012
  pkg_dir_path = pathlib.Path(__file__).parent

  def _info(self):
    features = {
      'frames': tfds.features.Tensor(
        shape=(None, self.side, self.side, 3), dtype=np.uint8, encoding='bytes'
      ),
      'label': tfds.features.ClassLabel(names=list(self.classes)),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features),
      metadata=tfds.core.MetadataDict(self.metadata),
    )

  def _split_generators(self, dl_manager):
    return {'data': self._generate_examples()}

  def _generate_examples(self):
    rng = np.random.default_rng(len(self.name))
    for subject in range(self.subjects):
      for label in range(len(self.classes)):
        for take in range(max(1, subject + label % 2)):
          clip = f'S{subject}_{label}_{take}'
          shape = (int(rng.integers(3, 9)), self.side, self.side, 3)
          yield (
            clip,
            {
              'frames': rng.integers(0, 256, shape, np.uint8),
              'label': label,
              'subject': f'S{subject}',
              'clip': clip,
              'fps': self.fps,
            },
          )
