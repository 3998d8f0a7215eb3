"""Which videos and images a command line means."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from natsort import natsorted

from stc_jax.errors import InputError, listed, printable
from stc_jax.faces import images, videos
from stc_jax.faces.clutter import is_clutter
from stc_jax.predict import outputs, sources


class Found(NamedTuple):
  """What there is to answer.

  Attributes:
    inputs: videos, images, and folders of images, each once.
    notes: what was passed over in folders, a line for each.
  """

  inputs: list[Path]
  notes: list[str]


def found(paths: Sequence[Path], out: Path) -> Found:
  """The videos, images and folders of images that are meant.

  A folder stands for all videos below it, or, where it holds images, for one clip; not
  for answers of ours, nor for what lies in `out`, unless that is what is named.

  Whether a file can be answered is seen when it is its turn.

  Args:
    paths: as the user names them.
    out: the folder that answers go to.

  Raises:
    InputError: one isn't there, or is a folder without any, or one that can't be read.
  """
  inputs: dict[Path, Path] = {}
  notes = []
  for path in paths:
    if os.path.isdir(path):  # which raises nothing
      chosen, note = _in_folder(path, out)
      notes += [note] if note else []
    else:
      _check_there(path)
      chosen = [path]
    inputs |= {outputs.absolute(one): one for one in chosen}
  return Found(list(inputs.values()), notes)


def _in_folder(folder: Path, out: Path) -> tuple[list[Path], str]:
  """What a folder stands for, and what of it is passed over, in a line."""
  chosen, others, answers = [], [], 0

  for at, folders, files in os.walk(folder, onerror=_fail):
    here = Path(at)
    if _lies_in(here, out) and not _lies_in(folder, out):
      folders.clear()
      continue
    folders[:] = [name for name in folders if not is_clutter(name)]
    linked = [here / name for name in folders if (here / name).is_symlink()]
    for inner in (here, *linked):  # links aren't followed further
      if sources.images_in(inner):
        chosen.append(inner)
      elif inner in linked:
        others.append(inner)
    for file in (here / name for name in files if not is_clutter(name)):
      if outputs.is_answer(file):
        answers += 1
      elif file.suffix.lower() in videos.VIDEOS and file.is_file():
        chosen.append(file)
      elif file.suffix.lower() not in images.IMAGES:
        others.append(file)
  names = listed([str(one.relative_to(folder)) for one in natsorted(others)])
  parts = [f'{answers} files of earlier answers'] if answers else []
  parts += [f'{len(others)} that are no video or image: {names}'] if others else []
  held = '; '.join(parts)
  if not chosen:
    raise InputError(
      f'{folder}: a folder without videos or images (it holds {held or "nothing"}); '
      'name a file itself if it is one all the same'
    )
  note = printable(f'passed over in {folder}: {held}') if held else ''
  return natsorted(chosen), note


def _check_there(path: Path) -> None:
  try:
    path.lstat()  # a link that leads nowhere is there, and fails in its turn
  except OSError as error:
    _fail(error)


def _fail(error: OSError) -> NoReturn:
  raise InputError(
    f'{error.filename}: {error.strerror}; check its name and rights'
  ) from error


def _lies_in(path: Path, folder: Path) -> bool:
  return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
