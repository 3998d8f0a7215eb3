"""Finds the clips in a folder, and everything in it that is no clip.

`README.md` beside this file describes the three forms that a clip may have.
"""

import collections
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from stc_jax.datasets.recorded import scan
from stc_jax.errors import InputError, first_few
from stc_jax.faces.images import IMAGES
from stc_jax.faces.videos import VIDEOS

LAYOUT = (
  'a folder for each label, holding clips as folders <subject>_<clip> of images, '
  'as videos <subject>_<clip>.mp4, or as images <subject>_<clip>_<frame>.png'
)


@dataclasses.dataclass(frozen=True)
class FolderClip:
  """One clip: a video, or images in the order of their frames."""

  label: str
  subject: str
  name: str
  paths: tuple[Path, ...]

  @property
  def key(self) -> str:
    """The clip's name in the whole folder."""
    return f'{self.label}/{self.name}'


def find_clips(folder: Path) -> list[FolderClip]:
  """Finds all clips below `folder`, in natural order (2 before 10).

  Hidden files and files of operating systems are skipped. The name of a clip is
  `<subject>_<clip>`; the subject precedes the first underscore.

  Raises:
    InputError: the folder can't be read, has no label folders, or holds something that
      is no clip; the message names the first few problems and counts the rest.
  """
  problems: list[str] = []
  clips = []
  labels = scan.entries(folder)
  if not labels:
    raise InputError(f'{folder}: nothing in this folder; it should hold {LAYOUT}')
  for label in labels:
    if label.is_dir():
      clips += _clips_of(label, problems)
    else:
      problems.append(f'{label.name} is not a label folder')
  if problems:
    raise InputError(
      f'{folder}: {first_few(problems)}; put right or remove these: the '
      f'folder should hold {LAYOUT}'
    )
  return clips


def _clips_of(label: Path, problems: list[str]) -> list[FolderClip]:
  """Returns the clips of a label folder; appends everything else to `problems`."""
  before = len(problems)
  if not label.name.isprintable() or label.name != label.name.strip():
    problems.append(
      f'the label name {label.name!r} has unprintable characters or spaces'
    )
  clips: dict[str, FolderClip] = {}
  for name, paths in _candidates(label, problems):
    subject, _, rest = name.partition('_')
    if not (subject and rest and name.isprintable()):
      problems.append(_misnamed(label, name, paths))
    elif name in clips:
      problems.append(f'{label.name}/{name} is there twice, in two forms')
    else:
      clips[name] = FolderClip(label.name, subject, name, tuple(paths))
  if not clips and len(problems) == before:
    problems.append(f'the label folder {label.name} holds no clips')
  return list(clips.values())


def _candidates(label: Path, problems: list[str]) -> Iterator[tuple[str, list[Path]]]:
  """Yields the names and files of possible clips, whatever their names."""
  loose = collections.defaultdict(list)
  for entry in scan.entries(label):
    if entry.is_dir():
      if images := _images_of(entry, problems):
        yield entry.name, images
    elif entry.suffix.lower() in VIDEOS:
      yield entry.stem, [entry]
    elif entry.suffix.lower() in IMAGES:
      loose[entry.stem.rpartition('_')[0]].append(entry)
    else:
      problems.append(f'{label.name}/{entry.name} is neither image nor video')
  for name, images in loose.items():
    _check_frames(f'{label.name}/{name}', images, problems)
    yield name, images


def _images_of(folder: Path, problems: list[str]) -> list[Path]:
  """Returns the images of a clip folder; appends everything else to `problems`."""
  where = f'{folder.parent.name}/{folder.name}'
  entries = scan.entries(folder)
  images = [e for e in entries if e.suffix.lower() in IMAGES and e.is_file()]
  problems += [f'{where}/{e.name} is no image' for e in entries if e not in images]
  if not entries:
    problems.append(f'the clip folder {where} is empty')
  _check_frames(where, images, problems)
  return images


def _check_frames(where: str, images: list[Path], problems: list[str]) -> None:
  counts = collections.Counter(image.stem for image in images)
  problems += [
    f'{where} has frame {stem} in {count} files'
    for stem, count in counts.items()
    if count > 1
  ]


def _misnamed(label: Path, name: str, paths: list[Path]) -> str:
  form = '<subject>_<clip>'
  if paths[0].parent != label:
    return f'{label.name}/{name} is not named {form}'
  if paths[0].suffix.lower() in IMAGES:
    form += '_<frame>'
  return f'{label.name}/{paths[0].name} is not named {form}'
