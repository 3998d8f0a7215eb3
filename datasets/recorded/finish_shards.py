"""Finishes shards: aligns their clips in threads, then writes their records.

After a stop the work continues where it ended: no clip is aligned twice. A clip that
can't be used doesn't stop the others.
"""

import concurrent.futures
import dataclasses
import functools
import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from array_record.python import array_record_module

from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.journal import Journal
from stc_jax.datasets.recorded.shards import RecordFormat, Shard
from stc_jax.datasets.recorded.work_folder import (
  FinishedClip,
  FinishedShard,
  KeptClip,
  WorkFolder,
)
from stc_jax.errors import InputError
from stc_jax.faces import alignment
from stc_jax.faces.alignment import Alignment, NoFaceError
from stc_jax.files import whole_file

# Each record is read alone, as TFDS has it.
_OPTIONS = 'group_size:1'
# Number of clips that threads align ahead of the shard that is written.
_AHEAD = 256


class _StoppedError(Exception):
  """The preparation was interrupted."""


class _Refused(NamedTuple):
  """A clip that can't be read; another attempt may succeed."""

  refusal: str


_Result = KeptClip | _Refused
_Task = concurrent.futures.Future[_Result]


@dataclasses.dataclass(frozen=True)
class ShardMaker:
  """What it takes to finish the shards of a set; a pipeline sends it to its workers.

  Attributes:
    folder: the work folder.
    record_format: of the records.
    alignment: how faces are found and cut out.
    workers: the number of threads.
  """

  folder: Path
  record_format: RecordFormat
  alignment: Alignment
  workers: int


def finish(
  maker: ShardMaker,
  shards: Sequence[Shard],
  kept: Mapping[str, KeptClip],
  progress: Callable[[Iterable[_Task]], Iterable[_Task]] = iter,
) -> list[FinishedShard]:
  """Finishes shards one after the other.

  Their bytes don't depend on the number of threads or on interruptions.

  Args:
    maker: see `ShardMaker`.
    shards: those of a set, or some of them.
    kept: the clips that aren't aligned again, by fingerprint.
    progress: wraps the clips while they are aligned.
  """
  folder, stop = WorkFolder(maker.folder), threading.Event()
  there = [folder.finished(shard) for shard in shards]
  calls = (
    functools.partial(_kept_or_aligned, clip, mark, kept, journal, maker, stop)
    for shard, finished in zip(shards, there, strict=True)
    if not finished
    for journal in [folder.new_journal(shard)]
    for clip, mark in zip(shard.clips, shard.fingerprints, strict=True)
  )
  with concurrent.futures.ThreadPoolExecutor(maker.workers) as pool:
    try:
      tasks = iter(progress(_submitted(pool, calls)))
      for number, shard in enumerate(shards):
        if not there[number]:
          results = [next(tasks).result() for _ in shard.clips]
          there[number] = _write(shard, results, folder, maker.record_format)
      return there
    except BaseException:
      stop.set()
      pool.shutdown(cancel_futures=True)
      raise


def _submitted(
  pool: concurrent.futures.Executor, calls: Iterable[Callable[[], _Result]]
) -> Iterator[_Task]:
  """Yields the tasks of all calls in their order; a few are submitted ahead."""
  waiting = deque()
  for call in calls:
    waiting.append(pool.submit(call))
    if len(waiting) > _AHEAD:
      yield waiting.popleft()
  yield from waiting


def _kept_or_aligned(
  clip: RawClip,
  fingerprint: str,
  kept: Mapping[str, KeptClip],
  journal: Journal,
  maker: ShardMaker,
  stop: threading.Event,
) -> _Result:
  """The kept clip; or aligns it and appends it to the journal."""
  if fingerprint in kept:
    return kept[fingerprint]

  def go_on():
    if stop.is_set():
      raise _StoppedError

  notes = {'fingerprint': fingerprint, 'fps': 0.0, 'quality': None, 'refusal': ''}
  how = maker.alignment
  go_on()
  try:
    made = alignment.aligned_clip(clip.recording, how, go_on)
  except NoFaceError as error:  # kept because detection takes long
    nothing = np.zeros((0, how.size, how.size, 3), np.uint8)
    position = journal.append(notes | {'refusal': str(error)}, nothing)
    return KeptClip(None, str(error), journal.path, position)
  except InputError as error:
    return _Refused(str(error))
  own = {'fps': made.fps, 'quality': dataclasses.asdict(made.quality)}
  position = journal.append(notes | own, made.frames)
  return KeptClip(made.quality, '', journal.path, position)


def _write(
  shard: Shard,
  results: Sequence[_Result],
  folder: WorkFolder,
  record_format: RecordFormat,
) -> FinishedShard:
  """Writes the records of a shard, whole or not at all."""
  path, clips, num_bytes = folder.records(shard), [], 0
  with whole_file(path) as part:
    writer = array_record_module.ArrayRecordWriter(str(part), _OPTIONS)
    for clip, mark, result in zip(
      shard.clips, shard.fingerprints, results, strict=True
    ):
      if isinstance(result, _Refused) or not result.quality:
        is_final = isinstance(result, KeptClip)
        refused = FinishedClip(clip.key, mark, None, result.refusal, is_final, '')
        clips.append(refused)
        continue
      frames, fps = result.read(record_format)
      record = record_format.write(clip, frames, fps)
      writer.write(record)
      num_bytes += len(record)
      content = hashlib.sha256(frames.tobytes()).hexdigest()
      clips.append(FinishedClip(clip.key, mark, result.quality, '', True, content))
    writer.close()
    size = _flushed(part)
  if not num_bytes:
    path.unlink()
  finished = FinishedShard(
    shard.split, path, size if num_bytes else 0, num_bytes, clips
  )
  folder.keep(shard, finished)
  return finished


def _flushed(path: Path) -> int:
  """Forces a file to the disk; returns its size."""
  with path.open('rb') as file:
    os.fsync(file.fileno())
    return os.fstat(file.fileno()).st_size
