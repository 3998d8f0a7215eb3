"""What a look through a database gives, before a frame is read."""

import collections
import dataclasses
from collections.abc import Iterator, Sequence

from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.quality_report import Row, unused


@dataclasses.dataclass(frozen=True)
class Inventory:
  """What a folder holds.

  Attributes:
    clips: that can be read, as far as can be told without reading them.
    bad: clips that can't, with the reason.
    gaps: what the whole database has and this folder hasn't, or the other way round.
    passed_over: what belongs to the database but not to this set, with the reason.
  """

  clips: Sequence[RawClip]
  bad: Sequence[tuple[str, str]] = ()
  gaps: Sequence[str] = ()
  passed_over: Sequence[tuple[str, str]] = ()


def without_repeats(found: Inventory) -> Inventory:
  """Clips of one name, as overlapping downloads have them, can't be told apart."""
  counts = collections.Counter(clip.key for clip in found.clips)
  bad = [
    (clip.key, f'{clip.recording.paths[0]}: there {counts[clip.key]} times; leave one')
    for clip in found.clips
    if counts[clip.key] > 1
  ]
  clips = [clip for clip in found.clips if counts[clip.key] == 1]
  return dataclasses.replace(found, clips=clips, bad=[*found.bad, *bad])


def other_rows(found: Inventory) -> Iterator[Row]:
  """The report's rows of all that never came to be prepared."""
  for key, reason in found.bad:
    yield unused(key, f'refused: {reason}')
  for gap in found.gaps:
    yield unused('', f'gap: {gap}')
  for key, reason in found.passed_over:
    yield unused(key, f'passed over: {reason}')
