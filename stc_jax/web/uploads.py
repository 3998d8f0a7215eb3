"""The files of visitors, and how long they are kept."""

import collections
import contextlib
import os
import pathlib
import threading
import time
from collections.abc import Iterator

from stc_jax.errors import InputError

_HOUR = 3600  # seconds


class Uploads:
  """The page's files: uploads and results, each kept for an hour after its last use.

  Args:
    folder: holds them, at any depth.
  """

  def __init__(self, folder: pathlib.Path):
    self._folder = folder.resolve()
    self._users: collections.Counter[pathlib.Path] = collections.Counter()
    self._lock = threading.Lock()
    self._is_over = threading.Event()

  @contextlib.contextmanager
  def used(self, path: pathlib.Path) -> Iterator[None]:
    """Keeps a file during the block, and for an hour after it.

    Raises:
      InputError: the file no longer exists, or isn't in the folder.
    """
    own = path.resolve()
    if self._folder not in own.parents:
      raise InputError(f'{path.name}: was not uploaded here')
    with self._lock:
      if not own.is_file():
        raise InputError(f'{path.name}: is no longer here; choose it again')
      self._users[own] += 1
    try:
      yield
    finally:
      with self._lock, contextlib.suppress(FileNotFoundError):
        self._users -= {own: 1}  # drops entries of zero
        os.utime(own)

  def sweep(self) -> None:
    """Removes files that aren't in use, and weren't written or used for an hour."""
    oldest = time.time() - _HOUR
    for path in self._folder.rglob('*'):
      with self._lock, contextlib.suppress(OSError):
        if path.is_file() and path not in self._users and path.stat().st_mtime < oldest:
          path.unlink()

  def sweep_until_ended(self) -> None:
    """Sweeps four times an hour."""
    while not self._is_over.wait(_HOUR / 4):
      self.sweep()

  def end(self) -> None:
    """Ends `sweep_until_ended`."""
    self._is_over.set()
