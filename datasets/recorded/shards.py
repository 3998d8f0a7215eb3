"""Cuts the clips of a set into shards, which don't depend on how they are prepared.

The clips of a split are in the order that TFDS gives its records: by a hash of their
keys. So a slice of a split is a random sample, and the shards take equally long.
"""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import UInt8
from tensorflow_datasets.core import example_serializer, hashing

from stc_jax.datasets.recorded.align_clips import RawClip


class RecordFormat:
  """How a finished clip is written as a record of the set.

  Args:
    example: the record of a clip, from its frames and its frame rate; see
      `AlignedClipsBuilder.example`.
    features: the features of the record.
    labels: the names of the labels; None: `features` has them, or there are none.
  """

  def __init__(
    self,
    example: Callable[[RawClip, np.ndarray, float], dict[str, Any]],
    features: Mapping[str, Any],
    labels: Sequence[str] | None,
  ):
    self._example, self._features = example, tfds.features.FeaturesDict(features)
    if labels is not None:
      self._features['label'].names = list(labels)
    self._serializer = example_serializer.ExampleSerializer(
      self._features.get_serialized_info()
    )
    names = self._features['label'].names if 'label' in features else None
    self.identity = repr((self._features, names))

  def write(
    self, clip: RawClip, frames: UInt8[np.ndarray, 't s s 3'], fps: float
  ) -> bytes:
    """The record of a clip: the same bytes in every process."""
    example = self._features.encode_example(self._example(clip, frames, fps))
    proto = self._serializer.get_tf_example(example)
    return proto.SerializeToString(deterministic=True)

  def read(self, record: bytes) -> tuple[UInt8[np.ndarray, 't s s 3'], float]:
    """The frames and the frame rate of a record."""
    example = self._features.deserialize_example_np(record)
    return example['frames'], float(example['fps'])


@dataclasses.dataclass(frozen=True)
class Shard:
  """A part of a split, and the unit of work of a preparation.

  Attributes:
    name: a hash of all that decides the bytes of its file.
    split: the name of its split.
    clips: the clips, in the order of the records.
    fingerprints: see `align_clips.fingerprint`.
  """

  name: str
  split: str
  clips: Sequence[RawClip]
  fingerprints: Sequence[str]


def cut(
  clips: Sequence[RawClip],
  fingerprints: Sequence[str],
  split_of: Callable[[RawClip], str],
  most: int,
  record_format: RecordFormat,
) -> Iterator[Shard]:
  """Cuts clips into shards of at most `most` clips of one split."""
  splits = defaultdict(list)
  for clip, own in zip(clips, fingerprints, strict=True):
    split = split_of(clip)
    splits[split].append((hashing.Hasher(split).hash_key(clip.key), clip, own))
  for split, found in splits.items():
    found.sort(key=lambda entry: entry[0])
    for first in range(0, len(found), most):
      _, own, prints = zip(*found[first : first + most], strict=True)
      identity = repr((record_format.identity, split, prints, _plain(own)))
      name = hashlib.sha256(identity.encode()).hexdigest()[:32]
      yield Shard(name, split, own, prints)


def _plain(value: Any) -> Any:
  """A value whose `repr` shows all that it holds."""
  if isinstance(value, np.ndarray):
    content = hashlib.sha256(np.ascontiguousarray(value).data).hexdigest()
    return value.dtype.str, value.shape, content
  if dataclasses.is_dataclass(value):
    return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
  if isinstance(value, (list, tuple)):
    return [_plain(entry) for entry in value]
  return value
