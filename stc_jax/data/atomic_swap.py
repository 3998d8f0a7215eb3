"""A prepared set is replaced by another whole one; the old one is found until then.

The new one is made in `.remade` beside it, and two renames put it in place. Killed
between them, the old one lies in `<version>.replaced`, and is brought back by whoever
opens the set next.
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from stc_jax import locks

_REMADE, _REPLACED = '.remade', '.replaced'


@contextlib.contextmanager
def place(root: Path, folder: Path) -> Iterator[Path]:
  """Where to make the set that belongs into `folder`: `root`, if nothing is there yet.

  Otherwise a root of its own, from which the set replaces the old one once the block
  has ended well. For who holds the lock of `folder`'s parent.
  """
  if not folder.exists():
    yield root
    return
  other = folder.parent / _REMADE
  made = other / folder.relative_to(root)
  shutil.rmtree(made, ignore_errors=True)  # whole, but a kill came before it was used
  yield other
  aside = _aside(folder)
  folder.rename(aside)
  made.rename(folder)
  shutil.rmtree(aside)
  shutil.rmtree(other)


def recover(folder: Path) -> None:
  """Undoes or completes what a kill left of a replacement; the lock is ours."""
  aside = _aside(folder)
  if folder.exists():
    shutil.rmtree(aside, ignore_errors=True)
  elif aside.exists():
    aside.rename(folder)


def recover_all(parent: Path) -> None:
  """Does so for all versions of a set; waits for a replacement that is under way."""
  if not list(parent.glob(f'*{_REPLACED}')):
    return
  with locks.alone_in(parent, on_wait=lambda owner: None):
    for aside in parent.glob(f'*{_REPLACED}'):
      recover(aside.with_name(aside.name.removesuffix(_REPLACED)))


def _aside(folder: Path) -> Path:
  return folder.with_name(folder.name + _REPLACED)
