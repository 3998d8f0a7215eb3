"""study.json: the runs of a study, and their folders below the study's."""

import pathlib
from collections.abc import Iterable

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.run_folder.documents import StudyFile
from stc_jax.typed_json import read as read_json

_REMEDY = 'remove it and start the study again'


def is_study(folder: pathlib.Path) -> bool:
  """Whether a study was started in a folder."""
  return (folder / layout.STUDY).exists()


def run_of(folder: pathlib.Path, name: str) -> pathlib.Path:
  """The folder of a study's run."""
  return folder / name.replace(' ', '_').replace("'", '')


def read(folder: pathlib.Path) -> dict[str, str]:
  """The folder of each run, below the study's, by the run's name.

  Raises:
    InputError: the file can't be read, or names no runs.
  """
  path = folder / layout.STUDY
  runs = read_json(path, StudyFile, _REMEDY)['runs']
  if not runs:
    raise InputError(f'{path}: names no runs; {_REMEDY}')
  return runs


def write(folder: pathlib.Path, names: Iterable[str]) -> None:
  """Adds runs to a study, whose folder is made. Runs that it has already stay.

  Raises:
    InputError: as in `read`.
  """
  folder.mkdir(parents=True, exist_ok=True)
  before = read(folder) if is_study(folder) else {}
  runs = {name: run_of(folder, name).name for name in names}
  text = files.as_json({'runs': before | runs})
  files.write(folder / layout.STUDY, text)
