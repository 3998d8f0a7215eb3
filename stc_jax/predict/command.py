"""What `python -m stc_jax.predict` does, once its flags are read."""

import json
import pathlib
import time
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console

from stc_jax import locks
from stc_jax.cli import compilation
from stc_jax.console import terminal
from stc_jax.console.progress import FrameProgress
from stc_jax.errors import InputError, machine_error, printable, told
from stc_jax.predict import answering, outputs, record, search, sources, writing
from stc_jax.predict.answering import Asked
from stc_jax.predict.model import Model, load


def main(
  model: str,
  inputs: Sequence[str],
  out: str,
  chosen: dict,
  image_fps: float | None,
  overwrite: bool,
) -> None:
  """Predicts every video, one after the other, and says where the files lie.

  What can't be answered is named at the end; it stops nothing.

  Args:
    model: the folder of a run or bundle.
    inputs: videos, GIFs, images, and folders of them.
    out: the folder of all outputs.
    chosen: the fields of `Asked`, by flag.
    image_fps: frames a second of images.
    overwrite: makes finished outputs again.

  Raises:
    InputError: there is no model or no video, or some video can't be answered.
    SystemExit: as `_fail`.
  """
  console = terminal.console(soft_wrap=True, highlight=False)
  compilation.keep_programs()
  asked = _asked(chosen, image_fps)
  if not out or not all(inputs):  # as of a shell's variable that isn't set
    raise InputError("an empty name of a video or of --out; '.' is this folder")
  folder = pathlib.Path(out)
  paths, notes = search.found([pathlib.Path(i) for i in inputs], folder)
  for note in notes:
    console.print(note)
  opened = load(model)
  outputs.make_folder(folder)
  answering.windows_of(opened.bundles[0], asked, sources.IMAGE_FPS)  # do they agree?
  failures: list[tuple[Exception, str]] = []
  with locks.alone_in(folder, on_wait=None):
    outputs.sweep(folder)
    for path, name in outputs.names_of(paths, folder).items():
      fps = image_fps if sources.is_images(path) else None
      try:
        _predict(opened, path, folder, name, asked, fps, overwrite, console)
      except Exception as error:  # even a bug of ours: the others don't suffer for it
        if len(paths) == 1:
          raise
        named = '' if isinstance(error, InputError) else f'{path}: '
        failures.append((error, named + told(error)))
        console.print(f'left out: {failures[-1][1]}')
  if failures:
    _fail(failures, len(paths))


def _fail(failures: list[tuple[Exception, str]], count: int) -> NoReturn:
  """Ends a command some of whose videos have no answer.

  Raises:
    InputError: the videos or the machine are to blame.
    SystemExit: with code 1 and a line: we are.
  """
  lines = [line for _, line in failures]
  more = f'; and {len(lines) - 1} more' if len(lines) > 1 else ''
  said = f'{len(lines)} of {count} could not be answered: {lines[0]}{more}'
  if all(
    isinstance(error, InputError) or machine_error(error) for error, _ in failures
  ):
    raise InputError(said)
  raise SystemExit(f'error: {said}')


def _asked(chosen: dict, image_fps: float | None) -> Asked:
  """Raises InputError where a flag is out of its range."""
  try:
    if image_fps is not None:
      sources.check_rate('image_fps', image_fps)
    return Asked(**chosen)
  except InputError as error:
    raise InputError(f'--{error}') from error


def _predict(
  model: Model,
  path: pathlib.Path,
  folder: pathlib.Path,
  name: str,
  asked: Asked,
  fps: float | None,
  overwrite: bool,
  console: Console,
) -> None:
  """Answers for a video, unless that was done before."""
  shown, page = printable(path.name), printable(f'{folder / name}.{outputs.PAGE}')
  identity = record.identity(model.bundles, path, asked, fps)
  if not overwrite and outputs.is_done(folder, name, identity):
    console.print(f'{page} is there already; --overwrite makes it again')
    return
  source = sources.of_path(path, fps)
  with outputs.together(folder, name) as part:
    began = time.monotonic()
    with FrameProgress(shown, source.count, 'finds faces', console) as progress:
      answer = model.answer(source, asked, progress.advance)
    answered = time.monotonic()
    with FrameProgress(shown, source.count, 'draws', console) as progress:
      answer, files = writing.write(
        part, name, answer, source, model.about, progress.advance
      )
    written = time.monotonic()
    seconds = {'answering': answered - began, 'writing': written - answered}
    files.append(f'{name}.{outputs.RECORD}')
    whole = identity | record.outcome(answer, seconds, files)
    text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False)
    (part / files[-1]).write_text(text + '\n', encoding='utf-8')
  console.print(
    f'{shown}: {answer.label or "no label"}; {answer.frames} frames in '
    f'{written - began:.1f} s, {answer.frames / (written - began):.0f} a second',
  )
  for note in answer.notes:
    console.print(f'  note: {note}')
  beside = ', '.join(f'.{file.rpartition(".")[2]}' for file in files)
  console.print(f'  {page} is the time line; {beside}')
