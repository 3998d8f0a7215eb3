"""The files that identify a run: its configuration, its dataset and its folds.

These files are written at the first start, and never changed.
"""

import pathlib
from collections.abc import Sequence

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.run_folder.documents import ConfigFile, DatasetFile, ExecutionFile
from stc_jax.typed_json import read_if_present

_OTHER_FOLDER = 'give another --workdir'
_OTHER_RUN = f'{_OTHER_FOLDER}, or the configuration that it was started with'
_OTHER_DATA = f'the prepared dataset has changed since; {_OTHER_FOLDER}'


def create(folder: pathlib.Path, trials: bool = True) -> None:
  """Makes the folder of a run; or of a test, which has no trials of its own.

  Raises:
    InputError: it can't be made or written to.
  """
  try:
    folder.mkdir(parents=True, exist_ok=True)
    if trials:
      (folder / layout.TRIALS).mkdir(exist_ok=True)
  except OSError as error:
    raise InputError(
      f'{folder}: cannot be written ({error.strerror}); {_OTHER_FOLDER}'
    ) from error


def check_or_write(
  folder: pathlib.Path, config: dict, dataset: dict, folds: str
) -> None:
  """Writes the identity of a run, or checks that the folder holds the same.

  Args:
    folder: of the run.
    config: the sections that decide its results.
    dataset: its description.
    folds: the text of folds.csv.

  Raises:
    InputError: the folder holds another run; names the first difference.
  """
  if layout.is_test(folder):
    raise InputError(f'{folder}: holds the test of a model; {_OTHER_FOLDER}')
  for name, text, remedy in (
    (layout.CONFIG, files.as_json(config), _OTHER_RUN),
    (layout.DATASET, files.as_json(dataset), _OTHER_DATA),
    (layout.FOLDS, folds, _OTHER_DATA),
  ):
    _check_or_write(folder / name, text, remedy)


def check_or_write_test(folder: pathlib.Path, test: dict, dataset: dict) -> None:
  """Writes the identity of a test, or checks that the folder holds the same.

  Args:
    folder: of the test.
    test: the models that are tested, and the sections of the set.
    dataset: the description of the set.

  Raises:
    InputError: the folder holds a run or another test; names the first difference.
  """
  if layout.is_run(folder):
    raise InputError(f'{folder}: holds a run; {_OTHER_FOLDER}')
  for name, own in ((layout.TEST, test), (layout.DATASET, dataset)):
    _check_or_write(folder / name, files.as_json(own), _OTHER_FOLDER, 'test')


def _check_or_write(
  path: pathlib.Path, text: str, remedy: str, what: str = 'run'
) -> None:
  if not path.exists():
    files.write(path, text)
    return
  old, new = (
    path.read_text(encoding='utf-8', errors='replace').splitlines(),
    text.splitlines(),
  )
  if old != new:
    difference = _difference(old, new)
    raise InputError(f'{path}: is of another {what} ({difference}); {remedy}')


def _difference(old: Sequence[str], new: Sequence[str]) -> str:
  """The first lines that differ, and the nearest less indented line above them."""
  for i, (there, here) in enumerate(zip(old, new, strict=False)):
    if there != here:
      depth = len(there) - len(there.lstrip())
      above = [a.strip() for a in old[:i] if len(a) - len(a.lstrip()) < depth]
      place = f'{above[-1]} ' if above else ''
      return f'{place}{there.strip()} there, {here.strip()} here'
  return f'{len(old)} lines there, {len(new)} here'


def read_config(folder: pathlib.Path) -> dict | None:
  """The sections that decide a run's results; None if there is no run.

  Raises:
    InputError: the file can't be read.
  """
  return read_if_present(folder / layout.CONFIG, ConfigFile, _OTHER_FOLDER)


def read_dataset(folder: pathlib.Path) -> dict | None:
  """The description of a run's set; None if there is no run.

  Raises:
    InputError: the file can't be read.
  """
  return read_if_present(folder / layout.DATASET, DatasetFile, _OTHER_FOLDER)


def read_execution(folder: pathlib.Path) -> dict | None:
  """The section `execution` of the last start; None if there is none.

  Raises:
    InputError: the file can't be read.
  """
  return read_if_present(folder / layout.EXECUTION, ExecutionFile, _OTHER_FOLDER)
