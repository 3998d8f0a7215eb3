"""A run's folder: its files, and their check when it goes on."""

import json
import pathlib
from collections.abc import Sequence

from stc_jax import files
from stc_jax.errors import InputError


def create_folder(workdir: pathlib.Path) -> None:
  """Makes the run's folder.

  Raises:
    InputError: it can't be made or written to.
  """
  try:
    workdir.mkdir(parents=True, exist_ok=True)
    (workdir / 'trials').mkdir(exist_ok=True)
  except OSError as error:
    raise InputError(
      f'{workdir}: cannot be written ({error.strerror}); give another --workdir'
    ) from error


def check_or_write(path: pathlib.Path, text: str, remedy: str) -> None:
  """Writes a file that a run's numbers follow from, or checks that it is the same.

  Raises:
    InputError: the folder holds another run's; `remedy` says what to do.
  """
  if not path.exists():
    files.write(path, text)
    return
  old, new = (
    path.read_text(encoding='utf-8', errors='replace').splitlines(),
    text.splitlines(),
  )
  if old != new:
    raise InputError(f'{path}: is of another run ({_difference(old, new)}); {remedy}')


def _difference(old: Sequence[str], new: Sequence[str]) -> str:
  """The first lines that differ, and the nearest line that they are indented below."""
  for i, (there, here) in enumerate(zip(old, new, strict=False)):
    if there != here:
      depth = len(there) - len(there.lstrip())
      above = [a.strip() for a in old[:i] if len(a) - len(a.lstrip()) < depth]
      place = f'{above[-1]} ' if above else ''
      return f'{place}{there.strip()} there, {here.strip()} here'
  return f'{len(old)} lines there, {len(new)} here'


def read_json(path: pathlib.Path) -> dict | None:
  """Reads a file that an earlier start left; None where there is none.

  Raises:
    InputError: it can't be read.
  """
  try:
    return json.loads(path.read_text(encoding='utf-8'))
  except FileNotFoundError:
    return None
  except (OSError, ValueError) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); give another --workdir'
    ) from error
