"""What visitors sent and what was made of it: how long it stays."""

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
  """The files of the page, each of which goes an hour after its last use.

  Args:
    folder: that they lie in, at any depth.
  """

  def __init__(self, folder: pathlib.Path):
    self._folder = folder.resolve()
    self._users: collections.Counter[pathlib.Path] = collections.Counter()
    self._lock = threading.Lock()
    self._is_over = threading.Event()

  @contextlib.contextmanager
  def used(self, path: pathlib.Path) -> Iterator[None]:
    """Keeps a file during the block, and an hour from its end on.

    Raises:
      InputError: it isn't there any more, or isn't one of these.
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
        self._users -= {own: 1}  # which drops what nobody uses
        os.utime(own)

  def sweep(self) -> None:
    """Removes what was last written or used more than an hour ago, and isn't in use."""
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
