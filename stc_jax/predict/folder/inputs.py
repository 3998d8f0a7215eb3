"""The videos and images that a command line names, and the names of their files."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from natsort import natsorted

from stc_jax.errors import InputError, first_few, printable
from stc_jax.faces import images, videos
from stc_jax.faces.clutter import is_clutter
from stc_jax.predict import sources
from stc_jax.predict.folder import outputs, summary

_LONGEST = 255 - max(map(len, outputs.ENDINGS))  # bytes of a name


class InputFiles(NamedTuple):
  """What is to be predicted.

  Attributes:
    paths: of videos, images, and folders of images, each once.
    notes: what was skipped in folders, a line for each folder.
  """

  paths: list[Path]
  notes: list[str]


def find(paths: Sequence[Path], out: Path) -> InputFiles:
  """Finds the videos, images and folders of images that a user names.

  A folder stands for all videos in it and below, or, where it holds images, for one
  clip. Files of earlier predictions and files in `out` are skipped, unless they are
  named themselves. Whether a file can be read is found out when it is predicted.

  Args:
    paths: as the user names them.
    out: the folder of the predictions.

  Raises:
    InputError: a path doesn't exist, or is a folder that can't be read or holds no
      video or image.
  """
  inputs: dict[Path, Path] = {}
  notes = []
  for path in paths:
    if os.path.isdir(path):  # which raises nothing
      found, note = _in_folder(path, out)
      notes += [note] if note else []
    else:
      _check_exists(path)
      found = [path]
    inputs |= {outputs.absolute(one): one for one in found}
  return InputFiles(list(inputs.values()), notes)


def _in_folder(folder: Path, out: Path) -> tuple[list[Path], str]:
  """What a folder stands for, and what of it is skipped, in a line."""
  found, others, predicted = [], [], 0
  for at, folders, files in os.walk(folder, onerror=_fail):
    here = Path(at)
    if _lies_in(here, out) and not _lies_in(folder, out):
      folders.clear()
      continue
    folders[:] = [name for name in folders if not is_clutter(name)]
    linked = [here / name for name in folders if (here / name).is_symlink()]
    for inner in (here, *linked):  # links aren't followed further
      if sources.images_in(inner):
        found.append(inner)
      elif inner in linked:
        others.append(inner)
    for file in (here / name for name in files if not is_clutter(name)):
      if outputs.is_output(file) or summary.is_summary(file):
        predicted += 1
      elif file.suffix.lower() in videos.VIDEOS and file.is_file():
        found.append(file)
      elif file.suffix.lower() not in images.IMAGES:
        others.append(file)
  skipped = _skipped(folder, others, predicted)
  if not found:
    raise InputError(
      f'{folder}: a folder without videos or images (it holds {skipped or "nothing"}); '
      'if one of its files is a video, name the file itself'
    )
  note = printable(f'skipped in {folder}: {skipped}') if skipped else ''
  return natsorted(found), note


def _skipped(folder: Path, others: list[Path], predicted: int) -> str:
  names = first_few([str(one.relative_to(folder)) for one in natsorted(others)])
  parts = [f'{predicted} files of earlier predictions'] if predicted else []
  parts += [f'{len(others)} that are no video or image: {names}'] if others else []
  return '; '.join(parts)


def _check_exists(path: Path) -> None:
  try:
    path.lstat()  # a broken link exists; it fails when it is predicted
  except OSError as error:
    _fail(error)


def _fail(error: OSError) -> NoReturn:
  raise InputError(
    f'{error.filename}: {error.strerror}; check its name and rights'
  ) from error


def _lies_in(path: Path, folder: Path) -> bool:
  return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def output_names(inputs: Sequence[Path], folder: Path) -> dict[Path, str]:
  """The name of each input's files in `folder`, without their ending.

  It is the input's own name, unless that is taken by another input, by files of other
  programs, or by the input itself. Then the name of the input's folder is put before
  it, or a number made from the input's path behind it. The names are the same each
  time.
  """
  names: dict[Path, str] = {}
  taken = {summary.NAME}
  own = {os.path.realpath(path) for path in inputs}
  for path in inputs:
    names[path] = next(
      name
      for name in _candidates(path)
      if not taken & set(_files(name)) and _is_free(name, path, folder, own)
    )
    taken.update(_files(names[path]))
  return names


def _files(name: str) -> list[str]:
  return [name + ending for ending in outputs.ENDINGS]


def _candidates(path: Path) -> Iterator[str]:
  whole = outputs.absolute(path)
  stem = whole.name if whole.is_dir() else whole.stem
  digest = hashlib.sha256(os.fsencode(whole)).hexdigest()[:8]
  yield _fitting(stem)
  yield _fitting(f'{whole.parent.name}_{stem}')
  yield _fitting(stem, f'_{digest}')
  yield from (_fitting(stem, f'_{digest}_{number}') for number in range(2, 1000))


def _fitting(stem: str, tail: str = '') -> str:
  """A name that any disk accepts and any terminal can print."""
  shown = ''.join(c if printable(c) == c else '_' for c in stem)
  room = _LONGEST - len(tail)
  return shown.encode()[:room].decode(errors='ignore') + tail


def _is_free(name: str, path: Path, folder: Path, inputs: set[str]) -> bool:
  """Whether files of this name overwrite nothing but earlier ones of the same input."""
  files = [folder / file for file in _files(name)]
  if inputs & {os.path.realpath(file) for file in files}:
    return False
  record = outputs.read_record(folder, name) or {'input': {}, 'files': []}
  existing = {file.name for file in files if os.path.lexists(file)}  # broken links, too
  return existing <= set(record['files']) and (
    not existing or record['input'].get('path') == outputs.name_in_record(path)
  )
