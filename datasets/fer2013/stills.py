"""The stills of a copy of FER2013, whatever its form."""

import collections
import dataclasses
import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import EMOTIONS
from stc_jax.errors import first_few

# In the order of the database's numbers, from 0.
CLASSES = (*EMOTIONS, 'neutral')
# Pictures of each class, in that order (Goodfellow et al. 2013; counted).
COUNTS = {
  'train': (3995, 436, 4097, 7215, 4830, 3171, 4965),
  'validation': (467, 56, 496, 895, 653, 415, 607),
  'test': (491, 55, 528, 879, 594, 416, 626),
}


@dataclasses.dataclass(frozen=True)
class Still(RawClip):
  """A picture of a face.

  Attributes:
    split: its split.
    digest: of its pixels; the same for copies of a picture.
  """

  split: str
  digest: bytes


@dataclasses.dataclass
class Stills:
  """What a copy of FER2013 holds.

  Attributes:
    usable: the pictures that can be used.
    bad: the others, and why.
    counts: the number of pictures by split and class, the bad ones among them.
    gaps: what a copy of this form doesn't hold.
  """

  usable: list[Still] = dataclasses.field(default_factory=list)
  bad: list[tuple[str, str]] = dataclasses.field(default_factory=list)
  counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
  gaps: list[str] = dataclasses.field(default_factory=list)


def digest(picture: UInt8[np.ndarray, '...']) -> bytes:
  """A hash of pixels."""
  return hashlib.sha256(np.ascontiguousarray(picture)).digest()


def count_gaps(
  found: collections.Counter, whole: dict[str, Sequence[int]]
) -> list[str]:
  """The classes that have other numbers of pictures than the whole database.

  Args:
    found: the number of pictures by split and class.
    whole: the same of the whole database: for each split those of `CLASSES`.
  """
  gaps = []
  for split, counts in whole.items():
    for label, count in zip(CLASSES, counts, strict=True):
      here = found[split, label]
      if here != count:
        added = '; others were added' if here > count else ''
        gaps.append(f'{split}, {label}: {here} pictures, the whole has {count}{added}')
  return gaps


def without_copies(
  stills: Sequence[Still],
) -> tuple[list[Still], list[tuple[str, str]], list[str]]:
  """Leaves pictures out of `train` that are in `validation` or `test`, too.

  Returns:
    the other pictures; those left out, by name, and why; and what to say of both, and
    of pictures of `validation` that are in `test`.
  """
  tested = {still.digest: still for still in stills if still.split != 'train'}
  kept, left_out, shared = [], [], []
  for still in stills:
    other = tested.get(still.digest)
    if other and still.split == 'train':
      left_out.append((still.key, f'equals {other.key} of {other.split}'))
      continue
    kept.append(still)
    if other and still.split != other.split:
      shared.append(f'{still.key} equals {other.key}')
  notes = []
  if left_out:
    notes.append(f'{len(left_out)} pictures of train are left out: copies of test ones')
  if shared:
    notes.append(f'validation and test share pictures: {first_few(shared)}')
  return kept, left_out, notes
