"""Predicts many videos into a folder; one that fails doesn't stop the others."""

import json
import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn

from rich.console import Console

from stc_jax import locks
from stc_jax.console.progress import FrameProgress
from stc_jax.errors import InputError, machine_error, printable, told
from stc_jax.predict import answering, outputs, record, search, sources, writing
from stc_jax.predict.answering import Asked
from stc_jax.predict.model import Model, load


def predict_videos(
  model: str,
  inputs: Sequence[str],
  out: str,
  asked: Asked,
  image_fps: float | None,
  overwrite: bool,
  console: Console,
) -> None:
  """Predicts videos one after the other, and prints where the files are.

  A video that can't be predicted is named at the end; the others are still predicted.

  Args:
    model: the folder of a run or bundle.
    inputs: videos, GIFs, images, and folders of them.
    out: the folder of all outputs.
    asked: the options of the prediction.
    image_fps: frames a second of images.
    overwrite: makes finished outputs again.
    console: where progress and results are printed.

  Raises:
    InputError: there is no model or no video, or some video can't be predicted.
    SystemExit: some video can't be predicted because of a defect.
  """
  if not out or not all(inputs):  # a shell's variable that isn't set
    raise InputError("an empty name of a video or of --out; '.' is this folder")
  folder = pathlib.Path(out)
  paths, notes = search.found([pathlib.Path(i) for i in inputs], folder)
  for note in notes:
    console.print(note)
  opened = load(model)
  outputs.make_folder(folder)
  # Refuses options that don't fit the model.
  answering.windows_of(opened.bundles[0], asked, sources.IMAGE_FPS)
  with locks.alone_in(folder, on_wait=None):
    outputs.sweep(folder)
    named = outputs.names_of(paths, folder)
    _predict_each(
      _BatchSettings(opened, folder, asked, image_fps, overwrite, console), named
    )


class _BatchSettings(NamedTuple):
  """What the videos of a batch share; the arguments of `predict_videos`."""

  model: Model
  folder: pathlib.Path
  asked: Asked
  image_fps: float | None
  overwrite: bool
  console: Console


def _predict_each(batch: _BatchSettings, named: Mapping[pathlib.Path, str]) -> None:
  """Predicts each video, whose outputs have the given name; see `predict_videos`."""
  failures: list[tuple[Exception, str]] = []
  for path, name in named.items():
    try:
      _predict(batch, path, name)
    except Exception as error:  # a defect, too, must not stop the others
      if len(named) == 1:
        raise
      where = '' if isinstance(error, InputError) else f'{path}: '
      failures.append((error, where + told(error)))
      batch.console.print(f'left out: {failures[-1][1]}')
  if failures:
    _fail(failures, len(named))


def _fail(failures: list[tuple[Exception, str]], count: int) -> NoReturn:
  """Ends a batch in which some videos have no prediction.

  Raises:
    InputError: the cause is the videos or the machine.
    SystemExit: the cause is a defect; with code 1 and one line.
  """
  lines = [line for _, line in failures]
  more = f'; and {len(lines) - 1} more' if len(lines) > 1 else ''
  said = f'{len(lines)} of {count} could not be answered: {lines[0]}{more}'
  if all(
    isinstance(error, InputError) or machine_error(error) for error, _ in failures
  ):
    raise InputError(said)
  raise SystemExit(f'error: {said}')


def _predict(batch: _BatchSettings, path: pathlib.Path, name: str) -> None:
  """Predicts a video, unless its files are there already."""
  model, folder, console = batch.model, batch.folder, batch.console
  fps = batch.image_fps if sources.is_images(path) else None
  shown, page = printable(path.name), printable(f'{folder / name}.{outputs.PAGE}')
  identity = record.identity(model.bundles, path, batch.asked, fps)
  if not batch.overwrite and outputs.is_done(folder, name, identity):
    console.print(f'{page} is there already; --overwrite makes it again')
    return
  source = sources.of_path(path, fps)
  with outputs.together(folder, name) as part:
    began = time.monotonic()
    with FrameProgress(shown, source.count, 'finds faces', console) as progress:
      answer = model.answer(source, batch.asked, progress.advance)
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
