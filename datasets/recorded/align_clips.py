"""A clip of a database, and what decides its pixels."""

import dataclasses
import hashlib
from pathlib import Path

from stc_jax.faces.alignment import Alignment
from stc_jax.faces.recording import Recording

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


def fingerprint(clip: RawClip, how: Alignment) -> str:
  """A hash of the recording's files, by name, size and time, and of the alignment."""
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
