"""Finds the forms in which FER2013 is passed on, and the votes of FERPlus."""

from pathlib import Path
from typing import NamedTuple

from stc_jax.datasets.fer2013 import picture_folders, votes
from stc_jax.datasets.recorded import archives, scan

# The same rows under two names; the first that is there is read.
TABLES = ('fer2013.csv', 'icml_face_data.csv')


class Forms(NamedTuple):
  """What a copy of FER2013 holds.

  Attributes:
    tables: the tables of pictures, the one to read first.
    folders: the folders that hold `train` and `test`.
    votes: the tables of FERPlus.
  """

  tables: list[Path]
  folders: list[Path]
  votes: list[Path]

  def notes(self) -> list[str]:
    """What to say of other forms that are there besides the table."""
    splits = picture_folders.SPLITS
    others = self.tables[1:]
    others += [folder / split for folder in self.folders for split in splits]
    if not self.tables or not others:
      return []
    return [f'{self.tables[0]} is read, {" and ".join(map(str, others))} not']


def find(root: Path, unpacked: Path) -> Forms:
  """Finds what is below `root`; tables that only zips hold are put into `unpacked`.

  Raises:
    InputError: a folder can't be read, a zip is damaged, or a table is there twice.
  """
  files = list(scan.files(root))
  there = {path.name for path in files}
  packed = archives.names(files) - there
  name = next((n for names in (there, packed) for n in TABLES if n in names), '')
  lacking = archives.lacking(files, lambda file: file in (name, votes.FILE))
  files += archives.unpack(lacking, unpacked)
  named = {
    name: [path for path in files if path.name == name]
    for name in (*TABLES, votes.FILE)
  }
  for name, paths in named.items():
    if paths:
      scan.the_one(paths, name, root, '')
  return Forms(
    [path for name in TABLES for path in named[name]],
    list(scan.search(root, _has_splits)),
    named[votes.FILE],
  )


def _has_splits(folder: Path) -> bool:
  return any(
    picture_folders.is_split(folder / split) for split in picture_folders.SPLITS
  )
