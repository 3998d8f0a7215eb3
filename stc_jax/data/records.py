"""The records of a prepared set, one by one."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import UInt8

from stc_jax.errors import InputError, blames_file


class PreparedClip(NamedTuple):
  """A record of a prepared set: one clip, whole length.

  Attributes:
    frames: aligned, RGB.
    label: its class.
    subject, clip: who and which.
    fps: frames a second.
    split: where the set keeps it.
  """

  frames: UInt8[np.ndarray, 't h w 3']
  label: int
  subject: str
  clip: str
  fps: float
  split: str


def of(builder: tfds.core.DatasetBuilder) -> Iterator[PreparedClip]:
  """Yields every clip of a prepared set, split by split, in the order of its files.

  Raises:
    InputError: a record that can't be read, or has no frame.
  """
  for split in sorted(builder.info.splits):
    source = builder.as_data_source(split)
    for number in range(len(source)):
      try:
        example = source[number]
      except Exception as error:
        if not blames_file(error):
          raise
        raise InputError(
          f'{builder.data_path}: its records cannot be read ({_first_line(error)}); '
          f'prepare it again with --overwrite'
        ) from error
      if not len(example['frames']):
        raise InputError(f'{builder.data_path}: clip {_text(example["clip"])} is empty')
      yield PreparedClip(
        frames=example['frames'],
        label=int(example['label']),
        subject=_text(example['subject']),
        clip=_text(example['clip']),
        fps=float(example['fps']),
        split=split,
      )


def _text(value: bytes | str) -> str:
  return value.decode() if isinstance(value, bytes) else value


def _first_line(error: Exception) -> str:
  return (str(error).splitlines() or [type(error).__name__])[0]
