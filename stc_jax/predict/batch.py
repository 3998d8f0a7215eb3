"""Predicts many videos into a folder; one that fails doesn't stop the others."""

import pathlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NoReturn

from rich.console import Console

from stc_jax import locks
from stc_jax.console.progress import FrameProgress
from stc_jax.errors import InputError, machine_error, printable, told
from stc_jax.predict import inputs as input_files
from stc_jax.predict import outputs, sources
from stc_jax.predict.model import Model, load
from stc_jax.predict.options import PredictOptions, window_config
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import overlay, page
from stc_jax.predict.sources import Source
from stc_jax.predict.table import write_csv


def predict_videos(
  model: str,
  inputs: Sequence[str],
  out: str,
  options: PredictOptions,
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
    options: of the prediction.
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
  paths, notes = input_files.find([pathlib.Path(i) for i in inputs], folder)
  for note in notes:
    console.print(note)
  opened = load(model)
  outputs.make_folder(folder)
  # Refuses options that don't fit the model.
  window_config(opened.bundles[0], options, sources.IMAGE_FPS)
  with locks.alone_in(folder, on_wait=None):
    outputs.remove_parts(folder)
    named = input_files.output_names(paths, folder)
    _predict_each(
      _BatchSettings(opened, folder, options, image_fps, overwrite, console), named
    )


class _BatchSettings(NamedTuple):
  """What the videos of a batch share; the arguments of `predict_videos`."""

  model: Model
  folder: pathlib.Path
  options: PredictOptions
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
  time_line = printable(f'{folder / name}.{outputs.PAGE}')
  identity = outputs.identity(model.bundles, path, batch.options, fps)
  if not batch.overwrite and outputs.is_done(folder, name, identity):
    console.print(f'{time_line} is there already; --overwrite makes it again')
    return
  shown, source = printable(path.name), sources.of_path(path, fps)
  with outputs.whole_set(folder, name) as part:
    began = time.monotonic()
    with FrameProgress(shown, source.count, 'finds faces', console) as progress:
      prediction = model.predict_source(source, batch.options, progress.advance)
    predicted = time.monotonic()
    with FrameProgress(shown, source.count, 'draws', console) as progress:
      prediction, files = _write(
        part / name, prediction, source, model.description, progress.advance
      )
    written = time.monotonic()
    seconds = {'answering': predicted - began, 'writing': written - predicted}
    files.append(f'{name}.{outputs.RECORD}')
    record = identity | outputs.outcome(prediction, seconds, files)
    outputs.write_record(part / files[-1], record)
  frames, taken = prediction.frames, written - began
  console.print(
    f'{shown}: {prediction.label or "no label"}; {frames} frames in {taken:.1f} s, '
    f'{frames / taken:.0f} a second'
  )
  for note in prediction.notes:
    console.print(f'  note: {note}')
  kinds = ', '.join(f'.{file.rpartition(".")[2]}' for file in files)
  console.print(f'  {time_line} is the time line; {kinds}')


def _write(
  stem: pathlib.Path,
  prediction: Prediction,
  source: Source,
  about: str,
  on_frame: Callable[[], None],
) -> tuple[Prediction, list[str]]:
  """Writes table, annotated video and page, the table first.

  Args:
    stem: the path of all files, without their ending.
    prediction: of the source.
    source: its frames are read a second time.
    about: a line on the model.
    on_frame: called for every frame drawn.

  Returns:
    The prediction, with a note if the video could not be made; and the files' names.
  """
  paths = [
    stem.with_name(f'{stem.name}.{kind}')
    for kind in (outputs.CSV, outputs.VIDEO, outputs.PAGE)
  ]
  table, video, time_line = paths
  write_csv(table, prediction.table)
  prediction = overlay.write_video(video, prediction, source, on_frame)
  title = printable(source.path.name) if source.path else stem.name
  page.write(time_line, prediction, title, video, about)
  return prediction, [path.name for path in paths if path.exists()]
