"""The folder of a report: writes its files, and removes those of an earlier one."""

import contextlib
import pathlib

from stc_jax import files
from stc_jax.errors import InputError, machine_error
from stc_jax.typed_json import Fields, read_if_present

_LIST = 'files.json'


class _WrittenFiles(Fields):
  """files.json: what the report wrote, by its path below the report's folder."""

  files: list[str]


class ReportFolder:
  """Writes the files of a report, and removes those that only an earlier one had.

  Args:
    path: the folder, which is created.

  Raises:
    InputError: the folder can't be created, or the list of its files is damaged.
  """

  def __init__(self, path: pathlib.Path):
    self._path, self._written = path, []
    make_folder(path)
    before = read_if_present(path / _LIST, _WrittenFiles, 'remove it') or {}
    self._before = before.get('files', [])

  def write(self, name: str, text: str) -> None:
    """Writes a file; its name is a path below the folder.

    Raises:
      InputError: something else is in its place.
    """
    path = self._path / name
    make_folder(path.parent)
    if path.is_dir():
      raise InputError(f'{path}: is a folder; remove it, or give another --out')
    files.write(path, text)
    self._written.append(name)

  def finish(self) -> None:
    """Removes the files of an earlier report that this one didn't write."""
    for name in set(self._before) - set(self._written):
      path = (self._path / name).resolve()
      if path.is_relative_to(self._path.resolve()):
        with contextlib.suppress(OSError):  # already removed
          path.unlink()
    listed = files.as_json({'files': sorted(self._written)})
    files.write(self._path / _LIST, listed)


def make_folder(path: pathlib.Path) -> None:
  """Creates a folder and its parents where they are missing.

  Raises:
    InputError: a file is in the place of one of them.
  """
  try:
    path.mkdir(parents=True, exist_ok=True)
  except OSError as error:
    if machine_error(error) is not None:
      raise
    raise InputError(
      f'{path}: cannot be a folder ({error.strerror}); give another --out'
    ) from error
