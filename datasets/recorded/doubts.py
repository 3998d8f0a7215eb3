"""Probable mistakes in a set that can be used nevertheless."""

import collections
import unicodedata
from collections.abc import Mapping, Sequence

from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.errors import first_few


def found(clips: Sequence[RawClip], contents: Mapping[str, str]) -> list[str]:
  """Lists clips and subjects that are probably the same under two names.

  Both invalidate an evaluation: a clip can't show two expressions, and a person whose
  name is spelt in two ways is in training and test of the same fold.

  Args:
    clips: the clips of the set.
    contents: a hash of the frames of each clip, by key.
  """
  return [*_shown_twice(clips, contents), *_named_twice(clips)]


def _shown_twice(clips: Sequence[RawClip], contents: Mapping[str, str]) -> list[str]:
  """Clips with equal frames and different labels."""
  same = collections.defaultdict(list)
  for clip in clips:
    same[contents[clip.key]].append(clip)
  return [
    f'{first_few([clip.key for clip in group])} show the same frames under '
    'different labels; keep the right one'
    for group in same.values()
    if len({clip.label for clip in group}) > 1
  ]


def _named_twice(clips: Sequence[RawClip]) -> list[str]:
  """Subjects whose names differ only in case, blanks or Unicode form."""
  spellings = collections.defaultdict(set)
  for clip in clips:
    plain = unicodedata.normalize('NFKC', clip.subject).casefold()
    spellings[' '.join(plain.split())].add(clip.subject)
  return [
    f'subjects {", ".join(map(repr, sorted(names)))} differ only in case or blanks; '
    'give one person one name'
    for names in spellings.values()
    if len(names) > 1
  ]
