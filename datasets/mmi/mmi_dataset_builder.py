"""TFDS builder of the MMI facial expression database (Valstar & Pantic 2010)."""

import collections
import dataclasses
import re
import xml.etree.ElementTree
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

from stc_jax import machine
from stc_jax.datasets.recorded import scan, text
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import EMOTIONS, AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.errors import InputError
from stc_jax.faces.recording import Recording

COUNTS = dict(zip(EMOTIONS, (33, 32, 28, 42, 32, 41), strict=True))
_EMOTION_NUMBERS = dict(enumerate(EMOTIONS, 1))
_FRONTAL, _PROFILE, _DUAL = '0', '1', '2'  # `view` in session.xml
# The side of the picture with a subject's frontal face; other subjects lie sideways.
_DUAL_SIDE = {
  **dict.fromkeys(('S001', 'S002', 'S017'), 'right'),
  **dict.fromkeys(('S003', 'S005', 'S006', 'S015', 'S016'), 'left'),
}
_UPRIGHT = ('S053', 'S054')
_SIDEWAYS = 'S021'  # a profile, although its sessions state otherwise
_LEFT_OUT = 'S002-106'  # not among the 208 sequences
_NAME = re.compile(r'(S\d{3})-\d+')
_XML_BYTES = 1_000_000
_LIST_BYTES = 1_000_000  # the largest list of sessions


class _NotInSetError(Exception):
  """A session that belongs to MMI but not to this set."""


@dataclasses.dataclass(eq=False)
class MmiConfig(RecordedConfig):
  """A choice of MMI's sessions."""

  sessions_file: str = option('A text file that lists the sessions to use.', default='')


class Builder(AlignedClipsBuilder):
  """Builder of mmi: frontal videos with one of six emotions, apex in the middle."""

  VERSION = tfds.core.Version('1.2.0')
  RELEASE_NOTES: ClassVar = {
    '1.2.0': 'Pixels are made square: PAL videos were squeezed.'
  } | AlignedClipsBuilder.RELEASE_NOTES
  BUILDER_CONFIGS: ClassVar = [
    MmiConfig(name='frontal', description='208 sequences, 31 subjects.')
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Ask for access at https://mmifacedb.eu and download the sessions with an emotion, '
    'so that the folder holds Sessions/<number>/ with session.xml, S001-002.avi and '
    'S001-002.xml; folders around it do no harm.'
  )

  def recipe(self) -> dict[str, str]:
    """See the base class; the listed sessions decide the set, too."""
    wanted = _listed_sessions(self.options.sessions_file)
    listed = {'sessions_file': ' '.join(map(str, sorted(wanted)))} if wanted else {}
    return super().recipe() | listed

  def find(self, folder: Path) -> Inventory:
    """Finds all sessions with an emotion from 1 to 6 and a frontal video.

    Raises:
      InputError: there are no sessions, or their list can't be read.
    """
    sessions = _sessions(folder)
    wanted = _listed_sessions(self.options.sessions_file)
    clips, bad, passed_over = [], [], []
    for session in sessions:
      if wanted is not None and int(session.name) not in wanted:
        passed_over.append((session.name, 'not in the list of sessions'))
        continue
      try:
        clips.append(_clip(session, folder, is_listed=wanted is not None))
      except _NotInSetError as reason:
        unfit = passed_over if wanted is None else bad
        unfit.append((session.name, str(reason)))
      except InputError as error:
        bad.append((session.name, str(error)))
    if wanted is None:
      gaps = _count_gaps(clips)
    else:
      missing = wanted - {int(session.name) for session in sessions}
      gaps = [f'session {number} is missing' for number in sorted(missing)]
    return Inventory(clips, bad, gaps, passed_over)


def _sessions(folder: Path) -> list[Path]:
  """All folders of sessions; MMI consists of several downloads."""
  found = [s for outer in scan.search(folder, _inside) for s in _inside(outer)]
  if not found:
    raise InputError(
      f'{folder}: no sessions there. {Builder.MANUAL_DOWNLOAD_INSTRUCTIONS}'
    )
  return found


def _inside(folder: Path) -> list[Path]:
  """The sessions directly in a folder."""
  numbered = [s for s in scan.folders(folder) if s.name.isdecimal()]
  files = (entry for session in numbered for entry in scan.entries(session))
  are_sessions = any(entry.suffix.lower() in ('.avi', '.xml') for entry in files)
  return numbered if are_sessions else []


def _listed_sessions(path: str) -> set[int] | None:
  """The numbers in a user's file, one per line; None if there is no file."""
  if not path:
    return None
  try:
    words = text.read(machine.expanded(path), _LIST_BYTES).split()
  except (OSError, UnicodeDecodeError) as error:
    raise InputError(f'--sessions_file={path}: cannot be read as text') from error
  wrong = [word for word in words if not word.isdecimal()]
  if wrong or not words:
    found = repr(wrong[0]) if wrong else 'nothing'
    raise InputError(
      f'--sessions_file={path}: should hold numbers of sessions, one a line; found '
      f'{found}'
    )
  return {int(word) for word in words}


def _clip(session: Path, root: Path, is_listed: bool) -> RawClip:
  video = _video(session, root)
  name = _NAME.fullmatch(video.stem)
  if not name:
    raise InputError(f'{video}: not named like a video of MMI, such as S001-002.avi')
  subject = name[1]
  label = _emotion(video.with_suffix('.xml'), root)
  if subject == _SIDEWAYS:
    raise _NotInSetError('seen from the side')
  if not is_listed and video.stem == _LEFT_OUT:
    raise _NotInSetError('not among the 208 sequences')
  view = _view(session / 'session.xml', root, subject)
  recording = Recording((video,), view=view)
  return RawClip(f'{session.name}_{video.stem}', label, subject, recording)


def _video(session: Path, root: Path) -> Path:
  found = [e for e in scan.entries(session) if e.suffix.lower() == '.avi']
  if not found:
    raise _NotInSetError('still images, no video')
  if len(found) > 1:
    raise InputError(f'{session}: {len(found)} videos; a session has one')
  if scan.leaves(found[0], root):
    raise InputError(f'{found[0]}: a link that leads out of {root}; copy the file')
  return found[0]


def _emotion(path: Path, root: Path) -> str:
  tags = {tag.get('Name'): tag.get('Value') for tag in _xml(path, root).iter('Metatag')}
  value = tags.get('Emotion')
  if value is None:
    raise _NotInSetError('no emotion')
  try:
    number = int(value)
  except ValueError as error:
    raise InputError(f'{path}: the emotion {value!r} is no number') from error
  if number not in _EMOTION_NUMBERS:
    raise _NotInSetError(f'emotion {number}')
  return _EMOTION_NUMBERS[number]


def _view(path: Path, root: Path, subject: str) -> str:
  """The part of the frame with the frontal face; see `recording.VIEWS`."""
  views = [track.get('view') for track in _xml(path, root).iter('track')]
  view = next((view for view in views if view is not None), None)
  if view not in (_FRONTAL, _PROFILE, _DUAL):
    raise InputError(f'{path}: states no view 0, 1 or 2; copy it again')
  if view == _PROFILE:
    raise _NotInSetError('seen from the side')
  if view == _DUAL:
    side = _DUAL_SIDE.get(subject)
    if side is None:
      raise InputError(f'{path}: where the frontal face of {subject} stands is unknown')
    return side
  if subject in _UPRIGHT or subject in _DUAL_SIDE:
    return 'whole'
  return 'clockwise'


def _xml(path: Path, root: Path) -> xml.etree.ElementTree.Element:
  if scan.leaves(path, root):
    raise InputError(f'{path}: a link that leads out of {root}; copy the file')
  try:
    if path.stat().st_size > _XML_BYTES:
      raise InputError(f'{path}: larger than any of MMI; copy it again')
    return xml.etree.ElementTree.fromstring(path.read_bytes())
  except OSError as error:
    raise InputError(f'{path}: {error.strerror}; copy it again') from error
  except (xml.etree.ElementTree.ParseError, ValueError, LookupError) as error:
    raise InputError(f'{path}: damaged XML ({error}); copy it again') from error


def _count_gaps(clips: list[RawClip]) -> list[str]:
  counts = collections.Counter(clip.label for clip in clips)
  return [
    f'{label}: {counts[label]} sequences, the whole has {count}'
    for label, count in COUNTS.items()
    if counts[label] != count
  ]
