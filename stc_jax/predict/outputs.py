"""The files of a prediction: their names, whose they are, and how they get in place.

All of a video are made in a hidden folder beside their places, and moved there at the
end; the JSON comes last, as the sign that they are whole.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence

from stc_jax.errors import InputError, printable

CSV, VIDEO, PAGE, RECORD = 'csv', 'mp4', 'html', 'json'
KINDS = (CSV, VIDEO, PAGE, RECORD)
_LONGEST = 255 - len('.html')  # bytes of a name
# Hidden folders of ours hold this file, so that no other is ever removed.
_PART, _MARK = '.stc_jax_', '.made_by_stc_jax_predict'


def absolute(path: pathlib.Path) -> pathlib.Path:
  """Where a path leads from anywhere; links keep the names that the user gave them."""
  return pathlib.Path(os.path.abspath(path))


def name_in_record(path: pathlib.Path) -> str:
  """What a record calls an input."""
  return printable(str(absolute(path)))


def names_of(
  inputs: Sequence[pathlib.Path], folder: pathlib.Path
) -> dict[pathlib.Path, str]:
  """What the files of each input are called in `folder`, without their ending.

  As the input, where that isn't taken: by another input, by files of someone else's, or
  because the input itself would be overwritten; else with its folder's name before it,
  or a number that follows from its path behind. The same each time.
  """
  names: dict[pathlib.Path, str] = {}
  taken: set[str] = set()
  own = {os.path.realpath(path) for path in inputs}
  for path in inputs:
    names[path] = next(
      name
      for name in _candidates(path)
      if name not in taken and _is_free(name, path, folder, own)
    )
    taken.add(names[path])
  return names


def _candidates(path: pathlib.Path) -> Iterator[str]:
  whole = absolute(path)
  stem = whole.name if whole.is_dir() else whole.stem
  digest = hashlib.sha256(os.fsencode(whole)).hexdigest()[:8]
  yield _fitting(stem)
  yield _fitting(f'{whole.parent.name}_{stem}')
  yield _fitting(stem, f'_{digest}')
  yield from (_fitting(stem, f'_{digest}_{number}') for number in range(2, 1000))


def _fitting(stem: str, tail: str = '') -> str:
  """A name that any disk takes and any terminal shows, whatever the input's."""
  shown = ''.join(c if printable(c) == c else '_' for c in stem)
  room = _LONGEST - len(tail)
  return shown.encode()[:room].decode(errors='ignore') + tail


def _is_free(
  name: str, path: pathlib.Path, folder: pathlib.Path, inputs: set[str]
) -> bool:
  files = [folder / f'{name}.{kind}' for kind in KINDS]
  if inputs & {os.path.realpath(file) for file in files}:
    return False
  record = read(folder, name) or {'input': {}, 'files': []}
  there = {file.name for file in files if os.path.lexists(file)}  # or a link to nothing
  return there <= set(record['files']) and (
    not there or record['input'].get('path') == name_in_record(path)
  )


def read(folder: pathlib.Path, name: str) -> dict | None:
  """A finished prediction's record; None where there is none of ours."""
  path = folder / f'{name}.{RECORD}'
  try:
    record = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else None
  except (OSError, ValueError, RecursionError):
    return None
  of_ours = (
    isinstance(record, dict)
    and isinstance(record.get('input'), dict)
    and isinstance(record.get('files'), list)
    and all(isinstance(file, str) for file in record['files'])
  )
  return record if of_ours else None


def is_answer(file: pathlib.Path) -> bool:
  """Whether a file is one of a prediction's, whose record lies beside it."""
  of_answer = file.suffix.removeprefix('.') in KINDS
  record = read(file.parent, file.stem) if of_answer else None
  return record is not None and file.name in record['files']


def is_done(folder: pathlib.Path, name: str, identity: dict) -> bool:
  """Whether the files are there, whole, and follow from the same."""
  record = read(folder, name)
  if record is None or record != record | identity:
    return False
  return all((folder / file).exists() for file in record['files'])


@contextlib.contextmanager
def together(folder: pathlib.Path, name: str) -> Iterator[pathlib.Path]:
  """A hidden folder, whose files are moved into `folder` once the block ends well.

  Of its files, those of `KINDS` are named `<name>.<kind>`.
  """
  part = pathlib.Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
  try:
    (part / _MARK).touch()
    yield part
    (folder / f'{name}.{RECORD}').unlink(missing_ok=True)  # of an earlier answer
    for kind in KINDS:
      made, file = part / f'{name}.{kind}', folder / f'{name}.{kind}'
      if made.exists():
        made.replace(file)
      else:
        file.unlink(missing_ok=True)
  finally:
    shutil.rmtree(part, ignore_errors=True)


def sweep(folder: pathlib.Path) -> None:
  """Removes what killed commands left; nobody else may be at work in the folder."""
  for part in folder.glob(f'{_PART}*'):
    if (part / _MARK).is_file():
      shutil.rmtree(part, ignore_errors=True)


def make_folder(folder: pathlib.Path) -> None:
  """Makes the folder of all outputs.

  Raises:
    InputError: it can't be made.
  """
  try:
    folder.mkdir(parents=True, exist_ok=True)
  except OSError as error:
    raise InputError(
      f'{folder}: cannot be written ({error.strerror}); give another --out'
    ) from error
