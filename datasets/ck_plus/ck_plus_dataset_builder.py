"""TFDS builder of CK+, the extended Cohn-Kanade database (Lucey et al. 2010)."""

import collections
import dataclasses
import re
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.recorded import scan, text
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import EMOTIONS, AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig
from stc_jax.errors import InputError
from stc_jax.faces.clutter import is_clutter
from stc_jax.faces.recording import Recording

IMAGES, LABELS = 'cohn-kanade-images', 'Emotion'
# The numbers in label files; no file has 0, neutral.
EMOTION_NUMBERS = dict(
  enumerate(
    ('anger', 'contempt', 'disgust', 'fear', 'happiness', 'sadness', 'surprise'), 1
  )
)
COUNTS = {
  'anger': 45,
  'contempt': 18,
  'disgust': 59,
  'fear': 25,
  'happiness': 69,
  'sadness': 28,
  'surprise': 83,
}
_FPS = 30.0
_LABEL_BYTES = 100  # a label file has 17


@dataclasses.dataclass(eq=False)
class CkPlusConfig(RecordedConfig):
  """A choice of emotions."""

  labels: tuple[str, ...] = EMOTIONS


class Builder(AlignedClipsBuilder):
  """Builder of ck_plus: the sequences that have an emotion label, neutral to apex."""

  VERSION = tfds.core.Version('1.1.0')
  BUILDER_CONFIGS: ClassVar = [
    CkPlusConfig(name='six', description='309 sequences, without contempt.'),
    CkPlusConfig(
      name='contempt',
      description='327 sequences, contempt as a seventh class.',
      labels=tuple(EMOTION_NUMBERS.values()),
    ),
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Ask for CK+ at https://www.jeffcohn.net/Resources/ and unpack '
    'extended-cohn-kanade-images.zip and Emotion_labels.zip into a folder, so that it '
    f'holds {IMAGES}/S005/001/S005_001_00000001.png and '
    f'{LABELS}/S005/001/S005_001_00000011_emotion.txt; folders around these two do no '
    'harm.'
  )

  def labels(self) -> tuple[str, ...]:
    """See the base class."""
    return self.builder_config.labels

  def find(self, folder: Path) -> Inventory:
    """Pairs label files with sequences of images.

    Raises:
      InputError: one of the two folders is missing.
    """
    images, labels = (_inner(folder, name) for name in (IMAGES, LABELS))
    clips, bad, passed_over = [], [], []
    gaps, counts = [], collections.Counter()
    for subject in scan.folders(images):
      for sequence in scan.folders(subject):
        key = f'{subject.name}_{sequence.name}'
        try:
          label, apex = _label(labels / subject.name / sequence.name, key, folder)
          counts[label] += 1
          if label in self.labels():
            paths = _images(sequence, key, apex, folder)
            clips.append(RawClip(key, label, subject.name, Recording(paths, _FPS)))
          else:
            passed_over.append((key, label or 'no emotion label'))
        except InputError as error:
          bad.append((key, str(error)))
    for label in labels.glob('*/*/*_emotion.txt'):
      sequence = label.parent.relative_to(labels)
      if not (is_clutter(label.name) or (images / sequence).is_dir()):
        gaps.append(f'{sequence} has a label and no images')
    gaps += [
      f'{label}: {counts[label]} sequences, the whole has {COUNTS[label]}'
      for label in self.labels()
      if counts[label] != COUNTS[label]
    ]
    return Inventory(clips, bad, sorted(gaps), passed_over)


def _inner(folder: Path, name: str) -> Path:
  """The only folder of this name below `folder`."""
  found = scan.search(
    folder, lambda path: path.name.lower() == name.lower() and any(_subjects(path))
  )
  what = f'folder {name} with subjects such as S005 in it'
  return scan.the_one(list(found), what, folder, Builder.MANUAL_DOWNLOAD_INSTRUCTIONS)


def _subjects(folder: Path) -> list[Path]:
  return [f for f in scan.folders(folder) if re.fullmatch(r'S\d{3}', f.name)]


def _label(folder: Path, key: str, root: Path) -> tuple[str | None, int]:
  """The emotion of a sequence's label folder (None: no label), and its last frame."""
  files = scan.entries(folder) if folder.is_dir() else []
  files = [file for file in files if file.name.lower().endswith('.txt')]
  if not files:
    return None, 0
  if len(files) > 1:
    raise InputError(f'{folder}: {len(files)} label files; leave the right one')
  (file,) = files
  name = re.fullmatch(rf'{re.escape(key)}_(\d{{8}})_emotion\.txt', file.name, re.I)
  if not name or scan.leaves(file, root) or not file.is_file():
    raise InputError(f'{file}: no label file of {key}; copy it again from its source')
  try:
    stated = text.read(file, _LABEL_BYTES).strip()
    if not stated:
      return None, 0
    return EMOTION_NUMBERS[int(float(stated))], int(name[1])
  except (OSError, ValueError, OverflowError, KeyError) as error:
    raise InputError(
      f'{file}: should state a number from 1 to 7; copy it again from its source'
    ) from error


def _images(sequence: Path, key: str, apex: int, root: Path) -> tuple[Path, ...]:
  """The images of a sequence, from frame 1 to the labelled one without a gap."""
  images = {}
  for entry in scan.entries(sequence):
    name = re.fullmatch(rf'{re.escape(key)}_(\d{{8}})\.png', entry.name, re.I)
    if not name:
      raise InputError(f'{entry}: not named like an image of {key}; take it away')
    if int(name[1]) in images:
      raise InputError(f'{entry}: its number is also that of {images[int(name[1])]}')
    if scan.leaves(entry, root):
      raise InputError(f'{entry}: a link that leads out of {root}; copy the file')
    images[int(name[1])] = entry
  if not images:
    raise InputError(f'{sequence}: no images; copy it again from its source')
  last = max([*images, apex])
  missing = sorted(set(range(1, last + 1)) - set(images)) if last < 10_000 else [last]
  if missing:
    raise InputError(
      f'{sequence}: {len(missing)} of its {last} images are missing, the first of them '
      f'number {missing[0]}; copy it again from its source'
    )
  return tuple(images[number] for number in sorted(images))
