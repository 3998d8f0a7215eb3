"""What this machine offers a process: cores, memory, folders."""

import os
import pathlib
import stat
import tempfile

from stc_jax.errors import InputError


def cores() -> int:
  """How many cores this process may use; `taskset` and containers limit them."""
  if hasattr(os, 'sched_getaffinity'):
    return len(os.sched_getaffinity(0))
  return os.cpu_count() or 1


def cache_folder() -> pathlib.Path:
  """The folder for files that can be made again; it can be written.

  It is a temporary one where the user has no home or can't write there, as in
  containers.
  """
  try:
    folder = expanded(os.environ.get('XDG_CACHE_HOME') or '~/.cache') / 'stc_jax'
    folder.mkdir(parents=True, exist_ok=True)
  except (InputError, OSError):
    return _temporary_folder()
  return folder if os.access(folder, os.W_OK) else _temporary_folder()


def expanded(
  path: str | os.PathLike, remedy: str = 'give a whole path'
) -> pathlib.Path:
  """A path whose `~` is replaced by the home folder.

  Args:
    path: with or without `~`.
    remedy: what else than setting HOME helps where there is no home folder.

  Raises:
    InputError: there is no home folder, as in containers whose user has no name.
  """
  try:
    return pathlib.Path(path).expanduser()
  except RuntimeError as error:
    raise InputError(
      f'{path}: no home folder is known; set HOME, or {remedy}'
    ) from error


def _temporary_folder() -> pathlib.Path:
  """The user's own folder; programs are loaded from it, so only the user may write."""
  folder = pathlib.Path(tempfile.gettempdir()) / f'stc_jax_{os.getuid()}'
  folder.mkdir(mode=0o700, exist_ok=True)
  found = folder.lstat()
  if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
    folder.chmod(0o700)
    return folder
  return pathlib.Path(tempfile.mkdtemp(prefix='stc_jax_'))


def free_memory() -> int:
  """Bytes that this process may still take of the machine and of its container."""
  of_container = _free_in_container()
  for line in _text('/proc/meminfo').splitlines():
    if line.startswith('MemAvailable:'):  # includes caches, which the system frees
      return min(int(line.split()[1]) * 1024, of_container)
  # Not on Linux: half of the memory.
  return min(
    os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 2, of_container
  )


def _free_in_container() -> int:
  """Bytes left below the control group's limit; a huge number without a limit."""
  limit, used, statistics = (
    _text(f'/sys/fs/cgroup/memory.{name}') for name in ('max', 'current', 'stat')
  )
  if not limit.strip().isdigit():
    return 2**62
  cached = [
    line for line in statistics.splitlines() if line.startswith('inactive_file')
  ]
  given_back = sum(int(line.split()[1]) for line in cached)
  return max(int(limit) - int(used) + given_back, 0)


def _text(path: str) -> str:
  """The text of a system file; '' where there is no such file."""
  try:
    return pathlib.Path(path).read_text(encoding='utf-8')
  except OSError:
    return ''
