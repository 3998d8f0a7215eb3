"""Finds the forms in which FER2013 is passed on, and the votes of FERPlus."""

from pathlib import Path

from stc_jax.datasets.fer2013 import picture_folders, votes
from stc_jax.datasets.recorded import scan

# The same rows under two names; the first that is there is read.
TABLES = ('fer2013.csv', 'icml_face_data.csv')


def table_of(root: Path) -> Path | None:
  """The table of pictures below `root`; None: there is none.

  Raises:
    InputError: there are two.
  """
  found = list(scan.search(root, lambda folder: bool(_tables_in(folder))))
  tables = [_tables_in(folder)[0] for folder in found]
  return scan.the_one(tables, 'a table of FER2013', root, '') if tables else None


def folders_of(root: Path) -> Path | None:
  """The folder below `root` that holds `train` and `test`; None: there is none.

  Raises:
    InputError: there are two.
  """
  found = list(scan.search(root, _has_splits))
  return scan.the_one(found, 'train and test', root, '') if found else None


def votes_of(root: Path, hint: str) -> Path:
  """The table of FERPlus below `root`; raises InputError if there isn't just one."""
  found = scan.search(root, lambda folder: (folder / votes.FILE).is_file())
  tables = [folder / votes.FILE for folder in found]
  return scan.the_one(tables, votes.FILE, root, hint)


def not_read(table: Path, folders: Path | None) -> list[str]:
  """What to say of the other forms that are there besides the table."""
  others = _tables_in(table.parent)[1:]
  others += [folders / split for split in picture_folders.SPLITS] if folders else []
  if not others:
    return []
  return [f'{table} is read, {" and ".join(map(str, others))} not']


def _tables_in(folder: Path) -> list[Path]:
  return [folder / name for name in TABLES if (folder / name).is_file()]


def _has_splits(folder: Path) -> bool:
  return any(
    picture_folders.is_split(folder / split) for split in picture_folders.SPLITS
  )
