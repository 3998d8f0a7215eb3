"""The inventory of a database: what its folder holds, before a frame is read."""

import collections
import dataclasses
from collections.abc import Iterator, Sequence

from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.quality_report import QualityRow, unused


@dataclasses.dataclass(frozen=True)
class Inventory:
  """The contents of a database's folder.

  Attributes:
    clips: the clips that seem readable.
    bad: the clips that can't be used, and why.
    gaps: differences from the complete database.
    passed_over: parts of the database that don't belong to this set, and why.
    notes: what is said at the end, a line each.
  """

  clips: Sequence[RawClip]
  bad: Sequence[tuple[str, str]] = ()
  gaps: Sequence[str] = ()
  passed_over: Sequence[tuple[str, str]] = ()
  notes: Sequence[str] = ()


def without_repeats(found: Inventory) -> Inventory:
  """Moves clips with the same name to `bad`; overlapping downloads have such clips."""
  counts = collections.Counter(clip.key for clip in found.clips)
  bad = [
    (clip.key, f'{clip.recording.paths[0]}: there {counts[clip.key]} times; leave one')
    for clip in found.clips
    if counts[clip.key] > 1
  ]
  clips = [clip for clip in found.clips if counts[clip.key] == 1]
  return dataclasses.replace(found, clips=clips, bad=[*found.bad, *bad])


def other_rows(found: Inventory) -> Iterator[QualityRow]:
  """The report's rows of everything that isn't prepared."""
  for key, reason in found.bad:
    yield unused(key, f'refused: {reason}')
  for gap in found.gaps:
    yield unused('', f'gap: {gap}')
  for key, reason in found.passed_over:
    yield unused(key, f'passed over: {reason}')
  for note in found.notes:
    yield unused('', f'note: {note}')
