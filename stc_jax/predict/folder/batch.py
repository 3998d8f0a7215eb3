"""Predicts many videos into a folder; one that fails doesn't stop the others."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console

from stc_jax import background, locks, machine
from stc_jax.console.progress import VideoProgress
from stc_jax.errors import InputError, machine_error, message_of
from stc_jax.predict import sources
from stc_jax.predict.folder import inputs as input_files
from stc_jax.predict.folder import one_video, outputs, summary
from stc_jax.predict.folder.event_files import EventFile
from stc_jax.predict.folder.one_video import BatchSettings
from stc_jax.predict.model import load
from stc_jax.predict.options import PredictOptions, window_config


def predict_videos(
  model: str,
  inputs: Sequence[str],
  out: str,
  options: PredictOptions,
  image_fps: float | None,
  events: EventFile,
  overwrite: bool,
  jobs: int,
  console: Console,
) -> None:
  """Predicts videos, and prints where the files are.

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
    jobs: videos predicted side by side, at most one a core; the answers are the same.
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
  window_config(opened.bundles[0], options, sources.IMAGE_FPS)  # refuses misfits
  batch = BatchSettings(opened, folder, options, image_fps, events, overwrite, console)
  with locks.alone_in(folder, on_wait=None):
    failures = _predict_all(batch, paths, _possible(jobs, console))
  failures.raise_any()


def _possible(jobs: int, console: Console) -> int:
  """How many videos can be predicted side by side; a line says so if it is fewer."""
  cores = machine.cores()
  if jobs > cores:
    console.print(f'--jobs={jobs}: {cores} at a time, as there are {cores} cores')
  return min(jobs, cores)


def _predict_all(
  batch: BatchSettings, paths: list[pathlib.Path], jobs: int
) -> '_FailureList':
  """Predicts videos and writes their summary; nobody else works in the folder."""
  outputs.remove_parts(batch.folder)
  named = input_files.output_names(paths, batch.folder)
  rows = summary.Summary(batch.model.bundles[0], batch.events.options, named)
  failures = _FailureList(list(named), batch.console, rows)
  with VideoProgress(len(named), batch.console) as progress:

    def predict(video: tuple[pathlib.Path, str], check: Callable[[], None]) -> None:
      with failures.collect(video[0]):
        rows.add(*video, one_video.predict(batch, *video, progress, check))
      progress.count_video()

    background.do_each(predict, list(named.items()), min(jobs, len(named)))
  rows.write(batch.folder)
  return failures


class _FailureList:
  """The videos of a batch that could not be predicted.

  Args:
    videos: all of the batch.
    console: where each failure is printed.
    rows: gets a row for each failure.
  """

  def __init__(
    self, videos: Sequence[pathlib.Path], console: Console, rows: summary.Summary
  ):
    self._videos, self._console, self._rows = videos, console, rows
    self._failures: dict[pathlib.Path, tuple[Exception, str]] = {}

  @contextlib.contextmanager
  def collect(self, path: pathlib.Path) -> Iterator[None]:
    """Keeps an error of the block, so that the batch continues with the next video."""
    try:
      yield
    except Exception as error:  # a defect, too, must not stop the others
      if len(self._videos) == 1:
        raise
      where = '' if isinstance(error, InputError) else f'{path}: '
      line = where + message_of(error)
      self._failures[path] = error, line
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
    in_order = [self._failures[path] for path in self._videos if path in self._failures]
    errors, lines = zip(*in_order, strict=True)
    more = f'; and {len(lines) - 1} more' if len(lines) > 1 else ''
    said = (
      f'{len(lines)} of {len(self._videos)} could not be predicted: {lines[0]}{more}'
    )
    if all(isinstance(error, InputError) or machine_error(error) for error in errors):
      raise InputError(said)
    raise SystemExit(f'error: {said}')
