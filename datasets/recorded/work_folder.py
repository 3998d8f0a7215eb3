"""The work folder of a preparation: what is finished, for one that continues it.

A finished shard is `<name>.array_record`, as TFDS reads it, and `<name>.json`, which is
written last. A shard that isn't finished has journals, one for each attempt.
"""

import dataclasses
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from array_record.python import array_record_module

from stc_jax import files
from stc_jax.datasets.recorded import journal
from stc_jax.datasets.recorded.journal import Journal
from stc_jax.datasets.recorded.shards import RecordFormat, Shard
from stc_jax.faces.alignment import Quality

_RECORDS, _JOURNAL = '.array_record', '.journal'


class KeptClip(NamedTuple):
  """A clip that isn't aligned again.

  Attributes:
    quality: see `Quality`; None: the clip can't be used.
    refusal: the reason why it can't be used.
    path: the file of its frames, a journal or a shard.
    position: its place in the file.
  """

  quality: Quality | None
  refusal: str
  path: Path
  position: int

  def read(self, record_format: RecordFormat) -> tuple[np.ndarray, float]:
    """The frames and the frame rate."""
    if self.path.suffix == _JOURNAL:
      notes, frames = journal.read(self.path, self.position)
      return frames, notes['fps']
    return record_format.read(read_record(self.path, self.position))


class FinishedClip(NamedTuple):
  """A clip of a finished shard.

  Attributes:
    key: its name.
    fingerprint: see `align_clips.fingerprint`.
    quality: see `Quality`; None: the clip isn't in the shard.
    refusal: the reason why it isn't.
    is_final: whether another attempt would give the same.
    content: a hash of its frames.
  """

  key: str
  fingerprint: str
  quality: Quality | None
  refusal: str
  is_final: bool
  content: str


@dataclasses.dataclass(frozen=True)
class FinishedShard:
  """A finished shard.

  Attributes:
    split: the name of its split.
    path: of its records; there is no file if there are none.
    size: of the file, in bytes.
    num_bytes: of all records.
    clips: those that its records are of, in their order, and those refused.
  """

  split: str
  path: Path
  size: int
  num_bytes: int
  clips: list[FinishedClip]

  @property
  def used(self) -> list[FinishedClip]:
    """The clips of the records, in their order."""
    return [clip for clip in self.clips if clip.quality]

  def is_whole(self) -> bool:
    """Whether its file is there, with all bytes."""
    return (self.path.stat().st_size if self.path.exists() else 0) == self.size


class WorkFolder:
  """The work folder at `path`; it is made if it isn't there."""

  def __init__(self, path: Path):
    path.mkdir(parents=True, exist_ok=True)
    self.path = path

  def records(self, shard: Shard) -> Path:
    """The file of a shard's records."""
    return self.path / f'{shard.name}{_RECORDS}'

  def new_journal(self, shard: Shard) -> Journal:
    """A journal of its own for an attempt to finish a shard."""
    return Journal(self.path / f'{shard.name}.{secrets.token_hex(4)}{_JOURNAL}')

  def described(self, shard: Shard) -> FinishedShard | None:
    """A shard whose file is there; None if it isn't."""
    return _read(self.path / f'{shard.name}.json')

  def finished(self, shard: Shard) -> FinishedShard | None:
    """A finished shard; None if it isn't finished, or a clip of it deserves a retry."""
    found = self.described(shard)
    return found if found and all(clip.is_final for clip in found.clips) else None

  def keep(self, shard: Shard, finished: FinishedShard) -> None:
    """Notes that a shard's file is complete, and removes its journals."""
    fields = dataclasses.asdict(finished) | {'path': finished.path.name}
    files.write(self.path / f'{shard.name}.json', json.dumps(fields))
    for path in self.path.glob(f'{shard.name}.*{_JOURNAL}'):
      path.unlink(missing_ok=True)

  def kept(self) -> dict[str, KeptClip]:
    """The clips in finished shards and journals, by fingerprint."""
    found = {}
    for path in sorted(self.path.glob('*.json')):
      shard = _read(path)
      if shard:
        found |= _kept_in(shard)
    return found | _in_journals(self.path.glob(f'*{_JOURNAL}'))

  def journaled(self, shard: Shard) -> dict[str, KeptClip]:
    """The clips in the journals of a shard, by fingerprint."""
    return _in_journals(self.path.glob(f'{shard.name}.*{_JOURNAL}'))


def _in_journals(paths: Iterable[Path]) -> dict[str, KeptClip]:
  found = {}
  for path in sorted(paths):
    for position, notes in journal.records(path):
      quality = notes['quality'] and Quality(**notes['quality'])
      kept = KeptClip(quality, notes['refusal'], path, position)
      found[notes['fingerprint']] = kept
  return found


def _kept_in(shard: FinishedShard) -> dict[str, KeptClip]:
  number, found = 0, {}
  for clip in shard.clips:
    if clip.is_final:
      kept = KeptClip(clip.quality, clip.refusal, shard.path, number)
      found[clip.fingerprint] = kept
    number += bool(clip.quality)
  return found


def _read(path: Path) -> FinishedShard | None:
  """Reads a finished shard's description; None where something is missing."""
  try:
    fields = json.loads(path.read_text(encoding='utf-8'))
    clips = [FinishedClip(*clip) for clip in fields.pop('clips')]
    clips = [
      clip._replace(quality=clip.quality and Quality(**clip.quality)) for clip in clips
    ]
    found = FinishedShard(
      **fields | {'path': path.parent / fields['path'], 'clips': clips}
    )
  except (OSError, ValueError, KeyError, TypeError):
    return None
  return found if found.is_whole() else None


def read_record(path: Path, number: int) -> bytes:
  """Reads one record of a shard."""
  (record,) = array_record_module.ArrayRecordReader(str(path)).read([number])
  return record
