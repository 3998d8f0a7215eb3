"""Looks through a database as users have it: wrapped, incomplete, linked."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from natsort import natsorted

from stc_jax.errors import InputError

_SHOWN = 3
_DEPTH = 8  # of the folders that archives and users wrap a database in


def entries(folder: Path) -> list[Path]:
  """What `folder` holds, in natural order (2 before 10).

  Hidden files are left out, and what a Mac's archives hold beside their content.

  Raises:
    InputError: it can't be read.
  """
  try:
    found = [e for e in folder.iterdir() if e.name[0] != '.' and e.name != '__MACOSX']
  except OSError as error:
    raise InputError(
      f'{folder}: {error.strerror}; check its name and rights'
    ) from error
  return natsorted(found, key=lambda entry: entry.name)


def folders(folder: Path) -> list[Path]:
  """The folders in `folder`.

  Raises:
    InputError: one of them is a link: following it might never end.
  """
  found = [entry for entry in entries(folder) if entry.is_dir()]
  if links := [entry for entry in found if entry.is_symlink()]:
    raise InputError(
      f'{links[0]}: a link to a folder; copy the folder, or take it away'
    )
  return found


def search(
  folder: Path, wanted: Callable[[Path], bool], depth: int = _DEPTH
) -> Iterator[Path]:
  """Yields the folders below `folder`, itself included, that are `wanted`.

  What lies in such a folder isn't searched.
  """
  if wanted(folder):
    yield folder
  elif depth:
    for inner in folders(folder):
      yield from search(inner, wanted, depth - 1)


def listed(problems: Sequence[str]) -> str:
  """The first few problems, and how many more there are."""
  more = len(problems) - _SHOWN
  return '; '.join(problems[:_SHOWN]) + (f'; and {more} more' if more > 0 else '')


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
