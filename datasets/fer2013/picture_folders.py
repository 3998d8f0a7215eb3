"""Reads FER2013 as folders of pictures: train/angry/*.jpg, or train/0/*.jpg."""

from pathlib import Path

from stc_jax.datasets.fer2013.stills import CLASSES, Still, Stills, digest
from stc_jax.datasets.recorded import scan
from stc_jax.errors import InputError
from stc_jax.faces.images import IMAGES
from stc_jax.faces.recording import Recording

# This form doesn't tell the two tests from each other.
SPLITS = ('train', 'test')
_OTHER_NAMES = {'angry': 'anger', 'happy': 'happiness', 'sad': 'sadness'}


def class_of(folder: Path) -> str | None:
  """The class whose pictures a folder holds, by its name; None: of no class."""
  name = folder.name.lower()
  numbers = {str(number): label for number, label in enumerate(CLASSES)}
  label = numbers.get(name) or _OTHER_NAMES.get(name, name)
  return label if label in CLASSES else None


def is_split(folder: Path) -> bool:
  """Whether a folder holds folders of classes."""
  return folder.is_dir() and any(map(class_of, scan.folders(folder)))


def read(root: Path) -> Stills:
  """Reads the pictures below the folder that holds `train` and `test`.

  Raises:
    InputError: a folder can't be read.
  """
  found = Stills()
  for folder in scan.folders(root):
    if folder.name not in SPLITS:
      if is_split(folder):
        found.gaps.append(f'{folder.name} is not known')
      continue
    for inner in scan.folders(folder):
      label = class_of(inner)
      if label:
        _add(found, inner, folder.name, label)
      else:
        found.gaps.append(f'{folder.name}/{inner.name} is not known')
  return found


def _add(found: Stills, folder: Path, split: str, label: str) -> None:
  for entry in scan.entries(folder):
    key = f'{split}/{folder.name}/{entry.name}'
    if entry.suffix.lower() not in IMAGES:
      found.bad.append((key, f'{entry}: no image; take it away'))
      continue
    found.counts[split, label] += 1
    recording = Recording((entry,))
    try:
      (picture,) = recording.frames()
    except InputError as error:
      found.bad.append((key, str(error)))
      continue
    found.usable.append(Still(key, label, key, recording, split, digest(picture)))
