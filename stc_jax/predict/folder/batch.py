"""Predicts many videos into a folder; one that fails doesn't stop the others."""

import contextlib
import pathlib
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console

from stc_jax import locks
from stc_jax.console.progress import FrameProgress
from stc_jax.errors import InputError, machine_error, message_of, printable
from stc_jax.predict import sources
from stc_jax.predict.folder import earlier, outputs, summary
from stc_jax.predict.folder import inputs as input_files
from stc_jax.predict.folder.event_files import EventFile
from stc_jax.predict.model import Model, load
from stc_jax.predict.options import PredictOptions, window_config
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import overlay, timeline_page
from stc_jax.predict.table import write_csv


def predict_videos(
  model: str,
  inputs: Sequence[str],
  out: str,
  options: PredictOptions,
  image_fps: float | None,
  events: EventFile,
  overwrite: bool,
  console: Console,
) -> None:
  """Predicts videos one after the other, and prints where the files are.

  A video that can't be predicted is named at the end; the others are still predicted.
  A summary of all of them is written.

  Args:
    model: the folder of a run or bundle.
    inputs: videos, GIFs, images, and folders of them.
    out: the folder of all outputs.
    options: of the prediction.
    image_fps: frames a second of images.
    events: which events are written, and how.
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
  summary.check_place(folder)
  # Refuses options that don't fit the model.
  window_config(opened.bundles[0], options, sources.IMAGE_FPS)
  batch = _BatchSettings(opened, folder, options, image_fps, events, overwrite, console)
  with locks.alone_in(folder, on_wait=None):
    failures = _predict_all(batch, paths)
  failures.raise_any()


class _BatchSettings(NamedTuple):
  """What the videos of a batch share; the arguments of `predict_videos`."""

  model: Model
  folder: pathlib.Path
  options: PredictOptions
  image_fps: float | None
  events: EventFile
  overwrite: bool
  console: Console


def _predict_all(batch: _BatchSettings, paths: list[pathlib.Path]) -> '_FailureList':
  """Predicts videos and writes their summary; nobody else works in the folder."""
  outputs.remove_parts(batch.folder)
  named = input_files.output_names(paths, batch.folder)
  rows = summary.Summary(batch.model.bundles[0], batch.events.options)
  failures = _FailureList(len(named), batch.console, rows)
  for path, name in named.items():
    with failures.collect(path):
      rows.add(path, name, _predict(batch, path, name))
  rows.write(batch.folder)
  return failures


class _FailureList:
  """The videos of a batch that could not be predicted.

  Args:
    count: the number of videos in the batch.
    console: where each failure is printed.
    rows: gets a row for each failure.
  """

  def __init__(self, count: int, console: Console, rows: summary.Summary):
    self._count, self._console, self._rows = count, console, rows
    self._failures: list[tuple[Exception, str]] = []

  @contextlib.contextmanager
  def collect(self, path: pathlib.Path) -> Iterator[None]:
    """Keeps an error of the block, so that the batch continues with the next video."""
    try:
      yield
    except Exception as error:  # a defect, too, must not stop the others
      if self._count == 1:
        raise
      where = '' if isinstance(error, InputError) else f'{path}: '
      line = where + message_of(error)
      self._failures.append((error, line))
      self._rows.add_failure(path, line)
      self._console.print(f'left out: {line}')

  def raise_any(self) -> None:
    """Ends a batch in which some videos have no prediction.

    Raises:
      InputError: the cause is the videos or the machine.
      SystemExit: the cause is a defect; with code 1 and one line.
    """
    if not self._failures:
      return
    errors, lines = zip(*self._failures, strict=True)
    more = f'; and {len(lines) - 1} more' if len(lines) > 1 else ''
    said = f'{len(lines)} of {self._count} could not be predicted: {lines[0]}{more}'
    if all(isinstance(error, InputError) or machine_error(error) for error in errors):
      raise InputError(said)
    raise SystemExit(f'error: {said}')


def _predict(batch: _BatchSettings, path: pathlib.Path, name: str) -> Prediction:
  """Predicts a video, or reads its prediction back if its files are there already."""
  model, folder, console = batch.model, batch.folder, batch.console
  fps = batch.image_fps if sources.is_images(path) else None
  identity = outputs.identity(model.bundles, path, batch.options, fps)
  if not batch.overwrite and outputs.is_done(folder, name, identity):
    prediction = earlier.read_back(folder, name, model.bundles[0])
    renewed = earlier.renew_events(folder, name, prediction, batch.events)
    made = printable(f'{folder / name}{outputs.PAGE}')
    also = ', its events are written anew' if renewed else ''
    console.print(f'{made} is there already{also}; --overwrite makes it again')
    return prediction
  shown, source = printable(path.name), sources.of_path(path, fps)
  with outputs.whole_set(folder, name) as part:
    began = time.monotonic()
    with FrameProgress(shown, source.count, 'finds faces', console) as progress:
      prediction = model.predict_source(source, batch.options, progress.advance)
    predicted = time.monotonic()
    table, events, video, time_line, record = (
      part / f'{name}{ending}'
      for ending in (outputs.TABLE, batch.events.ending, *outputs.ENDINGS[-3:])
    )
    with FrameProgress(shown, source.count, 'draws', console) as progress:
      write_csv(table, prediction.table)
      batch.events.write(events, prediction)
      prediction = overlay.write_video(video, prediction, source, progress.advance)
      timeline_page.write(time_line, prediction, shown, video, model.description)
    written = time.monotonic()
    seconds = {'answering': predicted - began, 'writing': written - predicted}
    written_files = (table, events, video, time_line)
    files = [file.name for file in written_files if file.exists()] + [record.name]
    outcome = outputs.outcome(prediction, batch.events.asked, seconds, files)
    outputs.write_record(record, identity | outcome)
  _print_outcome(prediction, written - began, shown, folder / name, files, console)
  return prediction


def _print_outcome(
  prediction: Prediction,
  seconds: float,
  shown: str,
  stem: pathlib.Path,
  files: Sequence[str],
  console: Console,
) -> None:
  """Prints a video's label, speed, distance, notes and files.

  Args:
    prediction: of the video.
    seconds: that it took.
    shown: the video's name.
    stem: the path of all files, without their ending.
    files: their names.
    console: where it is printed.
  """
  far = prediction.distance
  distance = f'; {far.largest:.2f} from training clips ({far.farthest})' if far else ''
  console.print(
    f'{shown}: {prediction.label or "no label"}; {prediction.frames} frames in '
    f'{seconds:.1f} s, {prediction.frames / seconds:.0f} a second{distance}'
  )
  for note in prediction.notes:
    console.print(f'  note: {note}')
  kinds = ', '.join(file.removeprefix(stem.name) for file in files)
  time_line = printable(f'{stem}{outputs.PAGE}')
  console.print(f'  {time_line} is the time line; {kinds}')
