"""Looks through a database as users have it: wrapped, incomplete, linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

from natsort import natsorted

from stc_jax.errors import InputError
from stc_jax.faces.clutter import is_clutter

_DEPTH = 8  # of the folders that archives and users wrap a database in


def entries(folder: Path) -> list[Path]:
  """What `folder` holds, in natural order (2 before 10).

  Hidden files are left out, and what systems leave behind (see `clutter`).

  Raises:
    InputError: it can't be read.
  """
  try:
    found = [e for e in folder.iterdir() if not is_clutter(e.name)]
  except OSError as error:
    raise _unreadable(folder, error) from error
  return natsorted(found, key=lambda entry: entry.name)


def folders(folder: Path) -> list[Path]:
  """The folders in `folder`, and the links to such, by which people mount data."""
  return [entry for entry in entries(folder) if entry.is_dir()]


def search(folder: Path, wanted: Callable[[Path], bool]) -> Iterator[Path]:
  """Yields the folders below `folder`, itself included, that are `wanted`.

  What lies in such a folder isn't searched. Links are followed, but none back to where
  it is reached from, and no folder is yielded twice.

  Raises:
    InputError: a folder can't be read.
  """
  yielded = set()
  for found in _search(folder, wanted, ()):
    if _identity(found) not in yielded:
      yielded.add(_identity(found))
      yield found


def _search(
  folder: Path, wanted: Callable[[Path], bool], above: tuple[tuple[int, int], ...]
) -> Iterator[Path]:
  own = _identity(folder)
  if own in above:
    return
  if wanted(folder):
    yield folder
  elif len(above) < _DEPTH:
    for inner in folders(folder):
      yield from _search(inner, wanted, (*above, own))


def _identity(folder: Path) -> tuple[int, int]:
  """What all paths to a folder have in common."""
  try:
    stat = folder.stat()
  except OSError as error:
    raise _unreadable(folder, error) from error
  return stat.st_dev, stat.st_ino


def _unreadable(folder: Path, error: OSError) -> InputError:
  return InputError(f'{folder}: {error.strerror}; check its name and rights')


def the_one(found: list[Path], what: str, root: Path, hint: str) -> Path:
  """The only one of what was found below `root`.

  Raises:
    InputError: there is none, or more than one.
  """
  if not found:
    raise InputError(f'{root}: no {what}. {hint}')
  if len(found) > 1:
    raise InputError(f'{found[0]} and {found[1]}: {what}, twice; leave one of them')
  return found[0]


def leaves(path: Path, root: Path) -> bool:
  """Whether a file is a link to somewhere outside `root`, or to nothing."""
  if not path.is_symlink():
    return False
  try:
    target = path.resolve()
  except (OSError, RuntimeError):  # a link that leads to itself
    return True
  return not target.exists() or not target.is_relative_to(root.resolve())
