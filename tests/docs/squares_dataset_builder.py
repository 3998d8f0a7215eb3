"""Clips of a square that grows or shrinks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

_LABELS = 'grows', 'shrinks'
_SIZE, _FRAMES = 32, 6


class Builder(tfds.core.GeneratorBasedBuilder):
  """Six subjects of different brightness, with two clips of each label."""

  VERSION = tfds.core.Version('1.0.0')
  pkg_dir_path = Path(__file__).parent

  def _info(self) -> tfds.core.DatasetInfo:
    frames = tfds.features.Tensor(
      shape=(None, _SIZE, _SIZE, 3), dtype=np.uint8, encoding='bytes'
    )
    features = {
      'frames': frames,
      'label': tfds.features.ClassLabel(names=_LABELS),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features), supervised_keys=None
    )

  def _split_generators(self, dl_manager: Any) -> dict[str, Iterator]:
    return {'data': self._generate_examples()}

  def _generate_examples(self) -> Iterator[tuple[str, dict[str, Any]]]:
    for subject in range(6):
      for label in _LABELS:
        for take in range(2):
          clip = f's{subject}_{label}_{take}'
          yield (
            clip,
            {
              'frames': _clip(100 + 20 * subject, label, take),
              'label': label,
              'subject': f's{subject}',
              'clip': clip,
              'fps': 12.0,
            },
          )


def _clip(brightness: int, label: str, take: int) -> np.ndarray:
  """uint8[6, 32, 32, 3]: a gray square in the middle."""
  frames = np.zeros((_FRAMES, _SIZE, _SIZE, 3), np.uint8)
  for number in range(_FRAMES):
    time = number if label == 'grows' else _FRAMES - 1 - number
    half = 3 + take + 2 * time
    middle = slice(max(0, 16 - half), 16 + half)
    frames[number, middle, middle] = brightness
  return frames
