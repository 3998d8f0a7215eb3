"""Locks that keep a folder to one process; they end with the process."""

import contextlib
import datetime
import errno
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from stc_jax.errors import InputError

# What network file systems raise.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP)
_LOCK, _OWNER = '.lock', '.lock.owner'


@contextlib.contextmanager
def alone_in(folder: Path, on_wait: Callable[[str], None] | None) -> Iterator[None]:
  """Locks a folder while the block runs.

  Args:
    folder: an existing one.
    on_wait: called with the owner's name where another process holds the lock, before
      waiting for it. None: don't wait.

  Raises:
    InputError: another process holds the lock and `on_wait` is None; or the file system
      has no locks.
  """
  lock = filelock.FileLock(folder / _LOCK)
  try:
    _acquire(lock, folder, on_wait)
  except OSError as error:
    if error.errno not in _NO_LOCKS:
      raise
    raise InputError(
      f'{folder}: its file system has no locks ({error.strerror}); name a folder on '
      'another one'
    ) from error
  try:
    began = datetime.datetime.now().astimezone().isoformat(' ', 'seconds')
    owner = f'process {os.getpid()} on {platform.node()}, since {began},'
    (folder / _OWNER).write_text(owner, encoding='utf-8')
    yield
  finally:
    (folder / _OWNER).unlink(missing_ok=True)
    lock.release()


def _acquire(
  lock: filelock.BaseFileLock, folder: Path, on_wait: Callable[[str], None] | None
) -> None:
  try:
    lock.acquire(blocking=False)
  except filelock.Timeout:
    if on_wait is None:
      raise InputError(
        f'{folder}: {_owner(folder)} works there; wait for it, or name another folder'
      ) from None
    on_wait(_owner(folder))
    lock.acquire()


def _owner(folder: Path) -> str:
  """The process that holds the lock, as far as it is known."""
  with contextlib.suppress(OSError):
    return (folder / _OWNER).read_text(encoding='utf-8', errors='replace')
  return 'another process'
