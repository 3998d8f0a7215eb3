"""Unpacks files from the zips of a database that lie in its folder as downloaded."""

import calendar
import contextlib
import itertools
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from stc_jax.console import terminal
from stc_jax.console.progress import with_bar
from stc_jax.datasets.recorded import lfs
from stc_jax.errors import InputError, blames_file
from stc_jax.faces.clutter import is_clutter
from stc_jax.files import whole_file


class Member(NamedTuple):
  """A file in a zip.

  Attributes:
    archive: the zip.
    info: its entry there.
  """

  archive: Path
  info: zipfile.ZipInfo

  @property
  def name(self) -> str:
    """The file's name, without its folders."""
    return PurePosixPath(self.info.filename.replace('\\', '/')).name


def names(files: Iterable[Path]) -> set[str]:
  """The names of the files in those of `files` that are zips; raises as `lacking`."""
  return {member.name for member in _members(files)}


def lacking(files: Sequence[Path], is_wanted: Callable[[str], bool]) -> list[Member]:
  """Lists the wanted files in zips whose names none of `files` has; each name once.

  Args:
    files: all files of a database, zips among them.
    is_wanted: whether a file of this name belongs to the set.

  Raises:
    InputError: a zip is damaged, a pointer of Git LFS, or holds further zips.
  """
  there, found = {path.name for path in files}, {}
  for member in _members(files):
    if member.name not in there and is_wanted(member.name):
      found.setdefault(member.name, member)
  return list(found.values())


def unpack(wanted: Sequence[Member], folder: Path) -> list[Path]:
  """Unpacks members into `folder` by their names; returns the files.

  Files keep the times that the zip states, and a complete file is kept, so that work on
  it may continue after a stop.

  Raises:
    InputError: a zip is damaged, or packed in a way that Python can't read.
  """
  folder.mkdir(parents=True, exist_ok=True)
  made = []
  shown = with_bar(wanted, 'unpacking', terminal.console(stderr=True))
  for archive, group in itertools.groupby(shown, key=lambda member: member.archive):
    with _opened(archive) as opened:
      made += [_unpack(opened, member, folder / member.name) for member in group]
  return made


def _members(files: Iterable[Path]) -> Iterator[Member]:
  for archive in files:
    if not _is_zip(archive.name):
      continue
    with _opened(archive) as opened:
      members = [Member(archive, i) for i in opened.infolist() if not i.is_dir()]
    if inner := next((m.name for m in members if _is_zip(m.name)), ''):
      raise InputError(
        f'{archive}: holds further zips, such as {inner}; unpack it once'
      )
    yield from (member for member in members if not is_clutter(member.name))


def _is_zip(file: str) -> bool:
  return file.lower().endswith('.zip')


def _unpack(opened: zipfile.ZipFile, member: Member, target: Path) -> Path:
  year, month, *rest = member.info.date_time
  time = calendar.timegm((year, max(1, month), *rest))  # some zips state no date
  with contextlib.suppress(FileNotFoundError):
    stat = target.stat()
    if (stat.st_size, stat.st_mtime) == (member.info.file_size, time):
      return target
  with whole_file(target) as part:
    with opened.open(member.info) as packed, part.open('wb') as file:
      shutil.copyfileobj(packed, file)  # checks the content's CRC at its end
    os.utime(part, (time, time))
  return target


@contextlib.contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
  if lfs.is_pointer(archive):
    raise InputError(lfs.message([archive]))
  try:
    with zipfile.ZipFile(archive) as opened:
      yield opened
  except Exception as error:
    if not blames_file(error, zipfile.BadZipFile, zlib.error):
      raise
    raise InputError(
      f'{archive}: cannot be unpacked ({error}); download it again, unpack it '
      'yourself, or take it away'
    ) from error
