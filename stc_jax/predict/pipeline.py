"""The way of a video: frames, faces, crops, windows, probabilities, rows."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8

from stc_jax import plots
from stc_jax.bundle import recipe
from stc_jax.bundle.bundle import Bundle
from stc_jax.faces import detect, stream
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.online_tracker import lateness
from stc_jax.predict import notes
from stc_jax.predict.distance import Distance, LookCollector
from stc_jax.predict.face_selection import select_faces
from stc_jax.predict.options import PredictOptions, window_config
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.sources import Source
from stc_jax.predict.table import RowCollector
from stc_jax.predict.windowing import Window, WindowConfig, slide
from stc_jax.tasks.registry import task_of

# From windows uint8 [b, t, h, w, 3] and their lengths [b] to probabilities [b, n].
PredictFn = Callable[[np.ndarray, np.ndarray], np.ndarray]
BATCH = 16  # windows that a model is given at a time


def predict_video(
  bundle: Bundle,
  predict: PredictFn,
  source: Source,
  options: PredictOptions,
  on_frame: Callable[[], None] = lambda: None,
) -> Prediction:
  """Predicts a video. If no face is found, looks for turned faces once more.

  Args:
    bundle: the model's, or the first of several whose probabilities are averaged.
    predict: gives the probabilities of windows.
    source: the video.
    options: of the prediction.
    on_frame: called for every frame that is read.

  Raises:
    InputError: no frame can be read, or an option doesn't fit the model.
  """
  alignment = recipe.alignment(bundle.alignment, options.align)
  config = window_config(bundle, options, source.fps)
  reader = FrameReader(source, on_frame)
  found = _rows(bundle, predict, reader, alignment, config, options.faces)
  if alignment.align == 'mtcnn' and not found.table['face'].any():
    turned = detect.turn_of(reader.sample)
    if turned:
      reader = FrameReader(source, on_frame, turned)
      found = _rows(bundle, predict, reader, alignment, config, options.faces)
  return Prediction(
    table=found.table,
    names=bundle.names,
    task=task_of(bundle.task),
    fps=source.fps,
    frames=reader.count,
    size=reader.size,
    settings=_settings(alignment, config, options.faces),
    notes=tuple(_notes(bundle, source, reader, alignment, config, options, found)),
    turned=reader.turned,
    distance=found.distance,
  )


def _notes(
  bundle: Bundle,
  source: Source,
  reader: 'FrameReader',
  alignment: Alignment,
  config: WindowConfig,
  options: PredictOptions,
  found: '_FoundRows',
) -> Iterator[str]:
  """Yields what a user should know of a prediction."""
  yield from source.notes()
  yield from notes.alignment_notes(alignment, options.align, reader.size)
  yield from notes.window_notes(config, reader.count)
  yield from notes.face_notes(found.table, config, reader.turned, found.shots)
  if found.distance:
    yield from found.distance.notes()
  yield from plots.font_notes(bundle.names)


def _settings(alignment: Alignment, config: WindowConfig, faces: str) -> dict:
  """How a prediction was made, ready for JSON."""
  return {
    'alignment': dataclasses.asdict(alignment),
    'window_frames': config.length,
    'step_frames': config.step,
    'min_motion': config.least_motion,
    'faces': faces,
  }


class _FoundRows(NamedTuple):
  """The rows of the chosen faces.

  Attributes:
    table: as `Prediction.table`.
    shots: the first frame of each shot but the first.
    distance: as `Prediction.distance`.
  """

  table: Shaped[np.ndarray, 'n']
  shots: list[int]
  distance: Distance | None


def _rows(
  bundle: Bundle,
  predict: PredictFn,
  reader: 'FrameReader',
  alignment: Alignment,
  config: WindowConfig,
  faces: str,
) -> _FoundRows:
  """The rows of the chosen faces, and what is found on the way.

  Each line takes from the one before; only the collected rows grow with the video.
  """
  rows = RowCollector(bundle.names, task_of(bundle.task))
  looks = LookCollector(bundle.looks)
  shots: list[int] = []
  frames = reader.frames()
  crops = stream.face_crops(frames, alignment, config.fps, on_shot=shots.append)
  crops = rows.record_places(crops)
  windows = rows.record_motion(slide(crops, config, lateness(alignment)))
  windows = looks.record(windows, rows.place_of)
  for window, probabilities in classify(windows, predict):
    rows.record_probabilities(window, probabilities)
  table = select_faces(rows.table(), faces, reader.count, config.fps, shots)
  table['approx_time'] = reader.times(table['frame'])
  return _FoundRows(table, shots, looks.distance(table))


class FrameReader:
  """Reads the frames of a source, and keeps their count and size.

  Args:
    source: of the frames.
    on_frame: called for every frame.
    turned: how many times `np.rot90` turns each frame.

  Attributes:
    turned: as given.
    count: of the frames read so far.
    size: height and width of the last one.
    sample: one of the frames, of the second half.
  """

  def __init__(self, source: Source, on_frame: Callable[[], None], turned: int = 0):
    self._source, self._on_frame, self.turned = source, on_frame, turned
    self.count, self.size = 0, (0, 0)
    self.sample = np.zeros((1, 1, 3), np.uint8)

  def times(self, frames: Int[np.ndarray, 'n']) -> Float[np.ndarray, 'n']:
    """See `Source.times`."""
    return self._source.times(frames)

  def frames(self) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
    """Yields the frames, turned."""
    for frame in self._source.frames():
      if self.turned:
        frame = np.ascontiguousarray(np.rot90(frame, self.turned))
      self.count, self.size = self.count + 1, frame.shape[:2]
      if self.count & (self.count - 1) == 0:  # 1, 2, 4 and so on
        self.sample = frame
      self._on_frame()
      yield frame


def classify(
  windows: Iterable[Window], predict: PredictFn
) -> Iterator[tuple[Window, Float[np.ndarray, 'n']]]:
  """Yields the windows that are to be classified, with their probabilities.

  The model gets `BATCH` windows at a time, of all faces.
  """
  moving = (window for window in windows if window.is_classified)
  while batch := list(itertools.islice(moving, BATCH)):
    videos = np.stack([window.video for window in batch])
    lengths = np.array([window.length for window in batch], np.int32)
    yield from zip(batch, predict(videos, lengths), strict=True)
