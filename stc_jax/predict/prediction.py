"""What a model predicts of a video."""

import dataclasses
import functools
from typing import Any

import matplotlib.figure
import numpy as np
from jaxtyping import Float, Shaped

from stc_jax import plots
from stc_jax.errors import InputError
from stc_jax.predict.distance import Distance
from stc_jax.predict.events import EventOptions, find_events
from stc_jax.predict.table import face_sizes, output_columns
from stc_jax.tasks.labelling import Labelling


@dataclasses.dataclass(frozen=True, eq=False)
class Prediction:
  """What a model predicts of a video.

  Example::

    answer = stc_jax.load('runs/mine').predict('video.mp4')
    print(answer.label, answer.table['motion'].max())

  Attributes:
    table: a structured array with a row for each frame and face, by frame, then face.
      Its fields are `frame` (int, from 0), `approx_time` (s), `face` (its number from
      1; 0 for no face), `face_score` (MTCNN's probability; NaN for a face that was
      interpolated, or taken without MTCNN), `box_left`, `box_top`, `box_right`,
      `box_bottom`, `left_eye_x`, `left_eye_y`, `right_eye_x`, `right_eye_y` (pixels of
      the upright frame, whose pixels are square; left in the picture), `motion` (levels
      of 0..255), `columns` (0..1), and `label`. What is unknown is NaN, or ''.
    names: of the model's outputs, classes or action units.
    task: the model's, which names columns and labels.
    fps: frames a second.
    frames: number of frames.
    size: height and width of the frames in pixels.
    settings: how it was made, ready for JSON.
    notes: what a user should know of it, a sentence each.
    turned: how many times `np.rot90` turned the frames, so that faces were upright;
      all pixels are those of the frames after turning.
    distance: how far the video lies from the training clips; None without a face.
  """

  table: Shaped[np.ndarray, 'n']
  names: tuple[str, ...]
  task: Labelling
  fps: float
  frames: int
  size: tuple[int, int]
  settings: dict[str, Any]
  notes: tuple[str, ...]
  turned: int = 0
  distance: Distance | None = None

  @functools.cached_property
  def faces(self) -> list[int]:
    """The numbers of all faces, from 1."""
    return np.unique(self.table['face'][self.table['face'] > 0]).tolist()

  @property
  def columns(self) -> tuple[str, ...]:
    """The columns of `table` that hold the outputs, in the order of `names`."""
    return output_columns(self.table)

  @functools.cached_property
  def main_face(self) -> int:
    """The face that is largest over the whole video; 0 without a face."""
    sizes = face_sizes(self.table)
    return max(self.faces, key=lambda face: sizes[face], default=0)

  def of_face(self, face: int) -> Shaped[np.ndarray, 'm']:
    """The rows of one face."""
    return self.table[self.table['face'] == face]

  @property
  def probabilities(self) -> Float[np.ndarray, 'n k']:
    """The columns of all outputs, side by side."""
    return np.stack([self.table[name] for name in self.columns], axis=1)

  @property
  def label(self) -> str:
    """The label of the whole video: that of the main face's mean probabilities.

    '' if there are none, or if no action unit is shown in the mean.
    """
    return self.label_of(self.main_face)

  def label_of(self, face: int) -> str:
    """The label of a face's mean probabilities; '' as of `label`."""
    return self.task.labels_of(self.means_of(face)[None], self.names)[0]

  def means_of(self, face: int) -> Float[np.ndarray, 'k']:
    """The mean of each output over the frames that have a face; NaN if none has one."""
    probabilities = self.probabilities
    own = ~np.isnan(probabilities[:, 0]) & (self.table['face'] == face)
    none = np.full(len(self.names), np.nan, np.float32)
    return probabilities[own].mean(axis=0) if own.any() else none

  def events(
    self, *, min_event: float = EventOptions.min_event, join_gaps: float = 0.0
  ) -> Shaped[np.ndarray, 'events']:
    """When each face has which label, or shows which action unit: a row for each event.

    Example::

      for event in answer.events(min_event=0.2, join_gaps=0.1):
        print(event['onset'], event['offset'], event['face'], event['label'])

    Args:
      min_event: seconds; shorter events are left out.
      join_gaps: seconds; two runs of one label with a gap of at most this are one.

    Returns:
      The fields of `events.find_events`, by onset, then face.

    Raises:
      InputError: an option is out of its range.
    """
    return self.events_as(EventOptions(min_event, join_gaps))

  def events_as(self, options: EventOptions) -> Shaped[np.ndarray, 'events']:
    """As `events`, with options that are checked already."""
    return find_events(self.table, self.names, self.task, self.fps, options)

  def to_pandas(self):
    """The table as a pandas DataFrame; pandas isn't installed with stc_jax.

    Raises:
      InputError: pandas is missing.
    """
    try:
      import pandas  # noqa: PLC0415  optional
    except ModuleNotFoundError as error:
      raise InputError('to_pandas: pandas is missing; pip install pandas') from error
    return pandas.DataFrame.from_records(self.table)

  def plot(self) -> matplotlib.figure.Figure:
    """Draws the probabilities of every face over time.

    Example::

      answer.plot().savefig('answer.png')
    """
    faces = self.faces or [0]
    figure = matplotlib.figure.Figure(figsize=(9, 0.8 + 2.4 * len(faces)))
    figure.set_layout_engine('constrained')
    charts = figure.subplots(len(faces), squeeze=False, sharex=True)[:, 0]
    for face, chart in zip(faces, charts, strict=True):
      rows = self.of_face(face)
      names = plots.drawable(self.names)
      for name, column in zip(names, self.columns, strict=True):
        values, times = _with_gaps(rows, column)
        chart.plot(times, values, label=name, linewidth=1.6)
      chart.set(ylim=(0, 1), xlim=(0, max(self.frames / self.fps, 1e-3)))
      chart.set(ylabel='probability', title=f'face {face}' if face else 'no face')
      chart.spines[['top', 'right']].set_visible(False)
    charts[-1].set_xlabel('time (s)')
    charts[0].legend(loc='upper left', bbox_to_anchor=(1, 1), frameon=False)
    return figure


def _with_gaps(rows: np.ndarray, column: str) -> tuple[np.ndarray, np.ndarray]:
  """Values and times of a line that breaks where frames are missing."""
  breaks = np.flatnonzero(np.diff(rows['frame']) > 1) + 1
  values = np.insert(rows[column].astype(float), breaks, np.nan)
  return values, np.insert(rows['approx_time'], breaks, np.nan)
