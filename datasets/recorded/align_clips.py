"""Aligns many clips in parallel; after a stop the work continues where it ended.

A finished clip is a file in a work folder. Its name depends on the clip's files and on
the alignment, so no clip is aligned twice. A clip that can't be used doesn't stop the
others; all such clips are reported at the end.
"""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import threading
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stc_jax.console import terminal
from stc_jax.console.progress import with_bar
from stc_jax.datasets.recorded import quality_report
from stc_jax.errors import InputError
from stc_jax.faces import alignment
from stc_jax.faces.recording import Recording
from stc_jax.files import whole_file, write

# Increased when the same recording gives other pixels.
_VERSION = 3


@dataclasses.dataclass(frozen=True)
class RawClip:
  """A clip of a database.

  Attributes:
    key: its unique name in the set.
    label, subject: the names of its label and subject.
    recording: its files.
  """

  key: str
  label: str
  subject: str
  recording: Recording


@dataclasses.dataclass(frozen=True)
class Outcome:
  """The result of aligning the clips of a database.

  Attributes:
    files: the files of the finished clips, by key; `load` reads one.
    rows: the rows of the report, one per clip.
    bad: the reasons why other clips can't be used, one line each.
    frames: the number of frames that were read this time.
    seconds: the time that this took.
  """

  files: dict[str, Path]
  rows: list[quality_report.QualityRow]
  bad: list[str]
  frames: int
  seconds: float


class _StoppedError(Exception):
  """The preparation was interrupted."""


def prepare(
  found: Sequence[RawClip], how: alignment.Alignment, folder: Path, workers: int
) -> Outcome:
  """Aligns all clips with `workers` threads; finished clips are kept in `folder`.

  The result doesn't depend on the number of threads or on interruptions.
  """
  folder.mkdir(parents=True, exist_ok=True)
  stop, start = threading.Event(), time.monotonic()
  files, rows, bad, frames = {}, [], [], 0
  with concurrent.futures.ThreadPoolExecutor(workers) as pool:
    tasks = [pool.submit(_one, clip, how, folder, stop) for clip in found]
    try:
      shown = with_bar(tasks, 'preparing clips', terminal.console(stderr=True))
      for clip, task in zip(found, shown, strict=True):
        try:
          files[clip.key], quality, is_new = task.result()
        except InputError as error:
          bad.append(f'{clip.key}: {error}')
          rows.append(quality_report.unused(clip.key, f'refused: {error}'))
          continue
        frames += quality.frames if is_new else 0
        rows.append(quality_report.kept(clip.key, quality))
    except BaseException:
      stop.set()
      pool.shutdown(cancel_futures=True)
      raise
  return Outcome(files, rows, bad, frames, time.monotonic() - start)


def load(file: Path) -> tuple[np.ndarray, float]:
  """The frames and the frame rate of a finished clip."""
  with np.load(file) as stored:
    return stored['frames'], float(stored['fps'])


def _one(
  clip: RawClip, how: alignment.Alignment, folder: Path, stop: threading.Event
) -> tuple[Path, alignment.Quality, bool]:
  """The file and quality of a finished clip, and whether it was made now."""
  file = folder / f'{_fingerprint(clip, how)}.npz'
  if file.exists() and (quality := _stored_quality(file)):
    return file, quality, False
  refusal = file.with_suffix('.refused')  # kept because detection takes long
  if refusal.exists():
    raise alignment.NoFaceError(refusal.read_text(encoding='utf-8'))

  def go_on():
    if stop.is_set():
      raise _StoppedError

  try:
    made = alignment.aligned_clip(clip.recording, how, go_on)
  except alignment.NoFaceError as error:
    write(refusal, str(error))
    raise
  quality = json.dumps(dataclasses.asdict(made.quality))
  with whole_file(file) as part, part.open('wb') as opened:
    np.savez(opened, frames=made.frames, fps=made.fps, quality=quality)
    os.fsync(opened.fileno())
  return file, made.quality, True


def _stored_quality(file: Path) -> alignment.Quality | None:
  """The quality of a finished clip; None if its file is incomplete."""
  try:
    with file.open('rb') as opened, np.load(opened) as stored:
      stored['frames'], stored['fps']
      return alignment.Quality(**json.loads(str(stored['quality'])))
  except (
    *(OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError),
    zipfile.BadZipFile,
  ):
    return None


def _fingerprint(clip: RawClip, how: alignment.Alignment) -> str:
  """A hash of the recording's files and of the alignment."""
  files = [_stamp(path) for path in clip.recording.paths]
  recipe = clip.recording.view, clip.recording.image_fps, dataclasses.astuple(how)
  identity = repr((_VERSION, clip.key, files, recipe))
  return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _stamp(path: Path) -> tuple:
  try:
    stat = path.stat()
  except OSError:  # reading it will report the reason
    return str(path), None
  return str(path), stat.st_size, stat.st_mtime_ns
