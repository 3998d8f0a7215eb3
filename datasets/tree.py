"""Looks through a database as users have it: wrapped, incomplete, linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

from natsort import natsorted

from stc_jax.errors import InputError

_DEPTH = 5  # of the folders that archives and users wrap a database in


def entries(folder: Path) -> list[Path]:
  """What `folder` holds, in natural order (2 before 10), hidden files left out.

  Raises:
    InputError: it can't be read.
  """
  try:
    found = [entry for entry in folder.iterdir() if not entry.name.startswith('.')]
  except OSError as error:
    raise InputError(
      f'{folder}: {error.strerror}; check its name and rights'
    ) from error
  return natsorted(found, key=lambda entry: entry.name)


def folders(folder: Path) -> list[Path]:
  """The folders in `folder`, but for links."""
  return [e for e in entries(folder) if e.is_dir() and not e.is_symlink()]


def search(
  folder: Path, wanted: Callable[[Path], bool], depth: int = _DEPTH
) -> Iterator[Path]:
  """Yields the folders below `folder`, itself included, that are `wanted`.

  What lies in such a folder isn't searched. Links aren't followed.
  """
  if wanted(folder):
    yield folder
  elif depth:
    for inner in folders(folder):
      yield from search(inner, wanted, depth - 1)


def leaves(path: Path, root: Path) -> bool:
  """Whether a file is a link to somewhere outside `root`, or to nothing."""
  if not path.is_symlink():
    return False
  try:
    target = path.resolve()
  except (OSError, RuntimeError):  # a link that leads to itself
    return True
  return not target.exists() or not target.is_relative_to(root.resolve())
