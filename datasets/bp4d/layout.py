"""Finds images and codings in the two forms in which BP4D is distributed."""

import re
from pathlib import Path
from typing import NamedTuple

from stc_jax.datasets.bp4d import coding
from stc_jax.datasets.recorded import scan
from stc_jax.errors import InputError

_SUBJECT = re.compile(r'[FM]\d{3}')
_TASK = re.compile(r'T\d')
_CSV = re.compile(r'([FM]\d{3})_(T\d)\.csv', re.IGNORECASE)
_IMAGE = re.compile(r'(\d+)\.jpe?g', re.IGNORECASE)


class Layout(NamedTuple):
  """The folders of a copy of BP4D.

  Attributes:
    root: the user's folder.
    images: holds <subject>/<task>/<number>.jpg.
    codings: holds <subject>_<task>.csv.
  """

  root: Path
  images: Path
  codings: Path


def find(folder: Path, hint: str) -> Layout:
  """Finds the folders of images and codings below a folder.

  Raises:
    InputError: one is missing or exists twice; `hint` describes the expected form.
  """
  images = list(scan.search(folder, _holds_images))
  codings = list(scan.search(folder, _holds_codings))
  what = 'folder of subjects such as F001, whose tasks such as T1 hold images'
  return Layout(
    folder,
    scan.the_one(images, what, folder, hint),
    scan.the_one(codings, 'folder of codings such as F001_T1.csv', folder, hint),
  )


def sequences(folder: Path) -> list[tuple[str, str]]:
  """The subject and task of each coding below a folder."""
  found = scan.search(folder, _holds_codings)
  names = (_CSV.fullmatch(entry.name) for one in found for entry in scan.entries(one))
  return [(name[1].upper(), name[2].upper()) for name in names if name]


def read(
  where: Layout, subject: str, task: str
) -> tuple[coding.Coding | None, dict[int, Path]]:
  """The coding of a sequence (None: missing), and its images by number.

  Raises:
    InputError: a file is damaged, not of BP4D, or leads out of the folder.
  """
  wanted = f'{subject}_{task}.csv'.lower()
  path = next(
    (e for e in scan.entries(where.codings) if e.name.lower() == wanted), None
  )
  if path and scan.leaves(path, where.root):
    raise InputError(f'{path}: a link that leads out of {where.root}; copy the file')
  coded = coding.read(path) if path else None
  folder = where.images / subject / task
  return coded, _images(folder, where.root) if folder.is_dir() else {}


def _images(folder: Path, root: Path) -> dict[int, Path]:
  images = {}
  for entry in scan.entries(folder):
    name = _IMAGE.fullmatch(entry.name)
    if not name:
      continue  # the full release also has landmarks and meshes there
    if scan.leaves(entry, root):
      raise InputError(f'{entry}: a link that leads out of {root}; copy the file')
    if int(name[1]) in images:
      raise InputError(f'{entry}: its number is also that of {images[int(name[1])]}')
    images[int(name[1])] = entry
  return images


def _holds_images(folder: Path) -> bool:
  """Whether a task's folder holds images; folders of meshes have the same names."""
  subjects = [f for f in scan.folders(folder) if _SUBJECT.fullmatch(f.name)]
  tasks = (t for s in subjects for t in scan.folders(s) if _TASK.fullmatch(t.name))
  return any(_IMAGE.fullmatch(entry.name) for t in tasks for entry in scan.entries(t))


def _holds_codings(folder: Path) -> bool:
  return any(_CSV.fullmatch(entry.name) for entry in scan.entries(folder))
