"""Reads a prepared set into memory and gives every clip one length."""

import dataclasses
import hashlib

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Float, Int, UInt8

from stc_jax.errors import InputError
from stc_jax.faces.clips import resize


@dataclasses.dataclass(frozen=True)
class ClipSet:
  """The clips of a prepared set, whole length, in the order of their names.

  Attributes:
    name: dataset, config and version, as TFDS writes them.
    classes: the labels' names.
    frames: uint8 [t_i, h, w, 3] of each clip.
    labels: int [n].
    subjects, clips: who and which, n names each.
    fps: float32 [n], frames a second.
  """

  name: str
  classes: tuple[str, ...]
  frames: list[UInt8[np.ndarray, '_ h w 3']]
  labels: Int[np.ndarray, 'n']
  subjects: tuple[str, ...]
  clips: tuple[str, ...]
  fps: Float[np.ndarray, 'n']

  def fingerprint(self) -> str:
    """SHA-256 of all that training sees, to tell one prepared set from another."""
    digest = hashlib.sha256(repr((self.classes, self.subjects, self.clips)).encode())
    digest.update(self.labels.astype('<i8').tobytes())
    digest.update(self.fps.astype('<f4').tobytes())
    for frames in self.frames:
      digest.update(repr(frames.shape).encode())
      digest.update(np.ascontiguousarray(frames).data)
    return digest.hexdigest()


def load(builder: tfds.core.DatasetBuilder) -> ClipSet:
  """Reads split `data` of a prepared set (contract: design of the builders).

  Raises:
    InputError: a record that can't be read, or fewer than two clips or classes.
  """
  try:
    examples = list(builder.as_data_source(split='data'))
  except Exception as error:  # array_record raises what its C++ parts raise
    raise InputError(
      f'{builder.data_path}: its records cannot be read ({_first_line(error)}); '
      f'prepare it again with --overwrite'
    ) from error
  examples.sort(key=lambda example: example['clip'])
  classes = tuple(builder.info.features['label'].names)
  if len(examples) < 2 or len(classes) < 2:
    raise InputError(
      f'{builder.data_path}: {len(examples)} clips of {len(classes)} classes; '
      'training needs two of each'
    )
  return ClipSet(
    name=builder.info.full_name,
    classes=classes,
    frames=[example['frames'] for example in examples],
    labels=np.array([example['label'] for example in examples]),
    subjects=tuple(_text(example['subject']) for example in examples),
    clips=tuple(_text(example['clip']) for example in examples),
    fps=np.array([example['fps'] for example in examples], np.float32),
  )


def fixed_length(
  clip_set: ClipSet, length: int, height: int, width: int, frame_rate: float
) -> UInt8[np.ndarray, 'n t h w 3']:
  """Gives every clip `length` frames of height x width pixels.

  First resampled to `frame_rate` frames a second (0: as recorded; Yu et al. 2018 take
  MMI at 10), then to the length by `uniform_sample`.
  """
  clips = []
  for clip, fps in zip(clip_set.frames, clip_set.fps, strict=True):
    at_rate = clip[resample(len(clip), fps, frame_rate)] if frame_rate else clip
    clips.append(resize(at_rate[uniform_sample(len(at_rate), length)], height, width))
  return np.stack(clips)


def resample(length: int, fps: float, frame_rate: float) -> Int[np.ndarray, 't']:
  """Indices of the frames shown at times 0, 1 / frame_rate, ... of a clip.

  A rate above the clip's own repeats frames.
  """
  times = np.arange(max(1, round(length / fps * frame_rate))) / frame_rate
  return np.minimum(np.round(times * fps).astype(int), length - 1)


def uniform_sample(length: int, frames: int) -> Int[np.ndarray, 't']:
  """Indices that bring a clip to a fixed length (Yu et al. 2018, sec. 4.2).

  Uniform sampling that keeps the first and the last frame where the clip is longer; the
  last frame repeated where it is shorter.
  """
  if length <= frames:
    return np.minimum(np.arange(frames), length - 1)
  return np.round(np.linspace(0, length - 1, frames)).astype(int)


def strongest_frames(clip_set: ClipSet, rule: str) -> list[UInt8[np.ndarray, 'h w 3']]:
  """One frame a clip, where the expression is strongest.

  `rule` 'last': sets that end at the apex, as CK+ does. 'most_changed': the frame whose
  mean absolute difference from the first is largest, for sets whose apex has no known
  place, as MMI.
  """
  return [clip[_strongest(clip, rule)] for clip in clip_set.frames]


def _strongest(clip: UInt8[np.ndarray, 't h w 3'], rule: str) -> int:
  if rule == 'last':
    return -1
  return int(np.abs(clip.astype(np.int16) - clip[0]).mean(axis=(1, 2, 3)).argmax())


def _text(value: bytes | str) -> str:
  return value.decode() if isinstance(value, bytes) else value


def _first_line(error: Exception) -> str:
  return (str(error).splitlines() or [type(error).__name__])[0]
