"""Replaces a prepared set by a new one; the old set stays until the new is complete.

The new set is made in `.remade` beside the old one, and two renames put it in place. If
the process is killed between them, the old set is in `<version>.replaced`; the next
process that opens the set restores it.
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from stc_jax import locks

_REMADE, _REPLACED = '.remade', '.replaced'


@contextlib.contextmanager
def place(root: Path, folder: Path) -> Iterator[Path]:
  """The root folder in which to make the set of `folder`: `root` if there is no set.

  Otherwise it is a separate root; the set made there replaces the old one when the
  block ends without an exception. The caller holds the lock of `folder`'s parent.
  """
  if not folder.exists():
    yield root
    return
  other = folder.parent / _REMADE
  made = other / folder.relative_to(root)
  shutil.rmtree(made, ignore_errors=True)  # left by a killed process
  yield other
  aside = _aside(folder)
  folder.rename(aside)
  made.rename(folder)
  shutil.rmtree(aside)
  shutil.rmtree(other)


def recover(folder: Path) -> None:
  """Undoes or completes an interrupted replacement; the caller holds the lock."""
  aside = _aside(folder)
  if folder.exists():
    shutil.rmtree(aside, ignore_errors=True)
  elif aside.exists():
    aside.rename(folder)


def recover_all(parent: Path) -> None:
  """Recovers all versions of a set; waits for a replacement in progress."""
  if not list(parent.glob(f'*{_REPLACED}')):
    return
  with locks.alone_in(parent, on_wait=lambda owner: None):
    for aside in parent.glob(f'*{_REPLACED}'):
      recover(aside.with_name(aside.name.removesuffix(_REPLACED)))


def _aside(folder: Path) -> Path:
  return folder.with_name(folder.name + _REPLACED)
