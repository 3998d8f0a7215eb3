"""The records of a prepared set, one by one."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Int8, UInt8

from stc_jax.data import sampling
from stc_jax.data.clip_set import NEUTRAL
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError, blames_file

# An action unit is not shown, shown, or unknown.
_CODES = (0, 1, 9)


class PreparedClip(NamedTuple):
  """A record of a prepared set: one clip in full length.

  Attributes:
    frames: aligned, RGB.
    label: its class.
    subject, clip: the names of the subject and the clip.
    fps: frames per second.
    split: its split in the set.
    database: of joined sets, the one that it is of.
  """

  frames: UInt8[np.ndarray, 't h w 3']
  label: int
  subject: str
  clip: str
  fps: float
  split: str
  database: str = ''


class CodedRecording(NamedTuple):
  """A record of a prepared set of coded frames: one recording.

  Attributes:
    frames: aligned, RGB.
    numbers: the numbers of the frames, ascending.
    aus: of each frame, the codes of the action units in the set's `au_numbers`: 1
      shown, 0 not, 9 unknown.
    subject, clip: the names of the subject and the recording.
    fps: frames per second.
    split: its split in the set.
  """

  frames: UInt8[np.ndarray, 't h w 3']
  numbers: Int[np.ndarray, 't']
  aus: Int8[np.ndarray, 't a']
  subject: str
  clip: str
  fps: float
  split: str


def of(builder: PreparedSet) -> Iterator[PreparedClip]:
  """Yields every clip of a prepared set, split by split, in the order of its files.

  Raises:
    InputError: a record can't be read or has no frame.
  """
  for split, example in _examples(builder):
    yield PreparedClip(
      frames=example['frames'],
      label=int(example['label']),
      subject=_text(example['subject']),
      clip=_text(example['clip']),
      fps=float(example['fps']),
      split=split,
    )


def with_neutral(
  clips: Iterable[PreparedClip], classes: Sequence[str], share: float
) -> Iterator[PreparedClip]:
  """Yields every clip and, after it, its start as a clip of class `NEUTRAL`.

  Args:
    clips: clips that begin at rest.
    classes: their classes; the new class follows them.
    share: the share of a clip that is its start, above 0. The start is played forward
      and backward at the original speed for the duration of the clip, so neither speed
      nor length reveals the class. A still has no start.

  Raises:
    InputError: a class of this name exists already, or all clips are stills.
  """
  if NEUTRAL in classes:
    raise InputError(
      f'dataset.neutral_share: the set has a class {NEUTRAL!r} of its own; set 0'
    )
  is_empty = True
  for clip in clips:
    yield clip
    if len(clip.frames) == 1:
      continue
    is_empty = False
    yield clip._replace(
      frames=clip.frames[sampling.at_rest(len(clip.frames), share)],
      label=len(classes),
      clip=f'{clip.clip} ({NEUTRAL})',
    )
  if is_empty:
    raise InputError(
      'dataset.neutral_share: each clip of the set is one frame, so none begins at '
      'rest; set 0'
    )


def coded(builder: PreparedSet) -> Iterator[CodedRecording]:
  """Yields every recording of a set of action units, in the order of its files.

  Raises:
    InputError: a record can't be read or has no frame; its codes or frame numbers are
      not as many as its frames; or their values are impossible.
  """
  for split, example in _examples(builder):
    clip, numbers = _text(example['clip']), example['frame_numbers']
    if not len(example['frames']) == len(numbers) == len(example['aus']):
      raise InputError(
        f'{builder.data_path}: clip {clip} has {len(example["frames"])} frames, '
        f'{len(numbers)} numbers and {len(example["aus"])} codings'
      )
    if (np.diff(numbers) <= 0).any() or not np.isin(example['aus'], _CODES).all():
      raise InputError(
        f'{builder.data_path}: clip {clip} has frame numbers that do not ascend, or '
        f'codings other than {", ".join(map(str, _CODES))}'
      )
    yield CodedRecording(
      frames=example['frames'],
      numbers=numbers,
      aus=example['aus'],
      subject=_text(example['subject']),
      clip=clip,
      fps=float(example['fps']),
      split=split,
    )


def first_rate(builder: PreparedSet) -> float:
  """Frames per second of a set's first clip or recording."""
  _, example = next(_examples(builder))
  return float(example['fps'])


def _examples(builder: PreparedSet) -> Iterator[tuple[str, dict]]:
  """Yields (split, example)."""
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
      yield split, example


def au_numbers(builder: PreparedSet) -> list[int]:
  """The action unit of each column of a set's `aus`; see `schema.check`."""
  return [int(number) for number in (builder.info.metadata or {})['au_numbers']]


def digest(record: PreparedClip) -> str:
  """SHA-256 of a clip's record; the clip's name says its database."""
  return _sha256([record.frames], (*record[1:6], record.frames.shape))


def coded_digest(record: CodedRecording) -> str:
  """SHA-256 of a recording's record."""
  arrays = [record.frames, record.numbers, record.aus]
  return _sha256(arrays, (*record[3:], *(array.shape for array in arrays)))


def _sha256(arrays: list[np.ndarray], rest: tuple) -> str:
  digest = hashlib.sha256(repr(rest).encode())
  for array in arrays:
    digest.update(np.ascontiguousarray(array).data)
  return digest.hexdigest()


def _text(value: bytes | str) -> str:
  return value.decode() if isinstance(value, bytes) else value


def _first_line(error: Exception) -> str:
  return (str(error).splitlines() or [type(error).__name__])[0]
