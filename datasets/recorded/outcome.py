"""The outcome of a preparation, and when it is refused."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

from stc_jax.datasets.recorded import quality_report
from stc_jax.datasets.recorded.inventory import Inventory, other_rows
from stc_jax.datasets.recorded.options import RecordedConfig
from stc_jax.datasets.recorded.quality_report import QualityRow
from stc_jax.datasets.recorded.work_folder import FinishedClip, FinishedShard
from stc_jax.errors import InputError, first_few


@dataclasses.dataclass(frozen=True)
class Outcome:
  """The result of finishing the shards of a set.

  Attributes:
    shards: all of them.
    frames: the number of frames that were read this time.
    seconds: the time that this took.
  """

  shards: Sequence[FinishedShard]
  frames: int
  seconds: float

  @functools.cached_property
  def clips(self) -> dict[str, FinishedClip]:
    """All clips by key, refused ones included."""
    return {clip.key: clip for shard in self.shards for clip in shard.clips}

  def rows(self, found: Inventory) -> list[QualityRow]:
    """The rows of the report, in the order of the inventory."""
    rows = []
    for clip in found.clips:
      own = self.clips[clip.key]
      if own.quality:
        rows.append(quality_report.kept(clip.key, own.quality))
      else:
        rows.append(quality_report.unused(clip.key, f'refused: {own.refusal}'))
    return [*rows, *other_rows(found)]


def check_whole(
  folder: Path, found: Inventory, work_folder: Path, options: RecordedConfig
) -> None:
  """Refuses a copy of a database that lacks clips, unless the options accept it.

  Raises:
    InputError: names what is missing; the report in `work_folder` lists all.
  """
  if not found.gaps or options.allow_partial:
    return
  report = _written(work_folder, [*other_rows(found)])
  reasons = [*(f'{key}: {reason}' for key, reason in found.bad), *found.gaps]
  raise InputError(
    f'{folder}: not the whole database: {first_few(reasons)} (all in {report}); '
    'complete the folder, or take what is there with --allow_partial'
  )


def check_usable(
  folder: Path,
  found: Inventory,
  outcome: Outcome,
  work_folder: Path,
  options: RecordedConfig,
) -> None:
  """Refuses a set with more clips that can't be used than the options accept.

  Raises:
    InputError: names the first; the report in `work_folder` lists all.
  """
  bad = [f'{key}: {reason}' for key, reason in found.bad]
  refused = [outcome.clips[clip.key] for clip in found.clips]
  bad += [f'{clip.key}: {clip.refusal}' for clip in refused if not clip.quality]
  usable = sum(bool(clip.quality) for clip in refused)
  if usable and len(bad) <= options.max_bad_clips:
    return
  report = _written(work_folder, outcome.rows(found))
  if not bad:
    raise InputError(f'{folder}: no clip of this set is there (see {report})')
  leave_out = f', or leave them out with --max_bad_clips={len(bad)}' if usable else ''
  raise InputError(
    f'{folder}: {len(bad)} of {usable + len(bad)} clips cannot be used: '
    f'{first_few(bad)} (all in {report}); put them right and start again, which '
    f'keeps what is done{leave_out}'
  )


def _written(folder: Path, rows: Sequence[QualityRow]) -> Path:
  folder.mkdir(parents=True, exist_ok=True)
  return quality_report.write(folder, rows)
