"""Scans a database's folder, which may be nested, incomplete or linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

from natsort import natsorted

from stc_jax.errors import InputError
from stc_jax.faces.clutter import is_clutter

_DEPTH = 8  # the deepest nesting of a database in other folders


def entries(folder: Path) -> list[Path]:
  """The entries of `folder` in natural order (2 before 10).

  Hidden files and files of operating systems (see `clutter`) are left out.

  Raises:
    InputError: it can't be read.
  """
  try:
    found = [e for e in folder.iterdir() if not is_clutter(e.name)]
  except OSError as error:
    raise _unreadable(folder, error) from error
  return natsorted(found, key=lambda entry: entry.name)


def folders(folder: Path) -> list[Path]:
  """The folders in `folder`, including links to folders."""
  return [entry for entry in entries(folder) if entry.is_dir()]


def files(folder: Path) -> Iterator[Path]:
  """Yields the files in `folder` and below it, in natural order.

  Links to folders are followed; the files of a folder are yielded once.

  Raises:
    InputError: a folder can't be read.
  """
  waiting, listed = [folder], set()
  while waiting:
    inner = waiting.pop()
    if _identity(inner) in listed:
      continue
    listed.add(_identity(inner))
    found = entries(inner)
    yield from (entry for entry in found if not entry.is_dir())
    waiting += [entry for entry in reversed(found) if entry.is_dir()]


def search(folder: Path, wanted: Callable[[Path], bool]) -> Iterator[Path]:
  """Yields `folder` or the folders below it that are `wanted`.

  The inside of such a folder isn't searched. Links are followed, but not in circles; no
  folder is yielded twice.

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
  """The identity of a folder, the same for all paths to it."""
  try:
    stat = folder.stat()
  except OSError as error:
    raise _unreadable(folder, error) from error
  return stat.st_dev, stat.st_ino


def _unreadable(folder: Path, error: OSError) -> InputError:
  return InputError(f'{folder}: {error.strerror}; check its name and rights')


def the_one(found: list[Path], what: str, root: Path, hint: str) -> Path:
  """The only folder that was found below `root`.

  Raises:
    InputError: there is none or more than one.
  """
  if not found:
    raise InputError(f'{root}: no {what}. {hint}')
  if len(found) > 1:
    raise InputError(f'{found[0]} and {found[1]}: {what}, twice; leave one of them')
  return found[0]


def leaves(path: Path, root: Path) -> bool:
  """Whether a file is a link that leads out of `root` or to nothing."""
  if not path.is_symlink():
    return False
  try:
    target = path.resolve()
  except (OSError, RuntimeError):  # a circular link
    return True
  return not target.exists() or not target.is_relative_to(root.resolve())
