"""Predicts one video of a batch, and writes its files."""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console

from stc_jax.console.progress import VideoProgress
from stc_jax.errors import printable
from stc_jax.predict import sources
from stc_jax.predict.folder import earlier, outputs
from stc_jax.predict.folder.event_files import EventFile
from stc_jax.predict.model import Model
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render import overlay, timeline_page
from stc_jax.predict.table import write_csv


class BatchSettings(NamedTuple):
  """What the videos of a batch share; the arguments of `batch.predict_videos`."""

  model: Model
  folder: pathlib.Path
  options: PredictOptions
  image_fps: float | None
  events: EventFile
  overwrite: bool
  console: Console


def predict(
  batch: BatchSettings,
  path: pathlib.Path,
  name: str,
  progress: VideoProgress,
  check: Callable[[], None],
) -> Prediction:
  """Predicts a video, or reads its prediction back if its files are there already.

  Args:
    batch: that the video is of.
    path: of the video.
    name: of its files, without their endings.
    progress: shows the frames done.
    check: called at every frame; may raise.
  """
  check()
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
    with progress.frames(shown, source.count, 'finds faces') as advance:
      on_frame = _both(check, advance)
      prediction = model.predict_source(source, batch.options, on_frame)
    predicted = time.monotonic()
    table, events, video, time_line, record = (
      part / f'{name}{ending}'
      for ending in (outputs.TABLE, batch.events.ending, *outputs.ENDINGS[-3:])
    )
    with progress.frames(shown, source.count, 'draws') as advance:
      write_csv(table, prediction.table)
      batch.events.write(events, prediction)
      prediction = overlay.write_video(video, prediction, source, _both(check, advance))
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
  lines = [
    f'{shown}: {prediction.label or "no label"}; {prediction.frames} frames in '
    f'{seconds:.1f} s, {prediction.frames / seconds:.0f} a second{distance}',
    *(f'  note: {note}' for note in prediction.notes),
  ]
  kinds = ', '.join(file.removeprefix(stem.name) for file in files)
  time_line = printable(f'{stem}{outputs.PAGE}')
  lines.append(f'  {time_line} is the time line; {kinds}')
  console.print('\n'.join(lines))  # at once, as videos may be predicted side by side


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
  def call() -> None:
    first()
    second()

  return call
