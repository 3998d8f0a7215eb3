"""What a model predicts of a video, and notes for the user on it."""

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.figure
import numpy as np
from jaxtyping import Float, Shaped

from stc_jax import plots
from stc_jax.errors import InputError
from stc_jax.faces.alignment import Alignment
from stc_jax.predict.table import face_sizes, output_columns
from stc_jax.predict.windowing import WindowConfig
from stc_jax.tasks.labelling import Labelling

_CROP_RATIO = 1.2  # the longer side over the shorter, at most, of an aligned frame
_FEW_FRAMES = 5  # a window with fewer shows hardly any motion
# Where faces point that so many turns of `np.rot90` (counterclockwise) put upright.
_CLOCKWISE = {
  1: '90 degrees clockwise',
  2: '180 degrees',
  3: '90 degrees counterclockwise',
}


@dataclasses.dataclass(frozen=True, eq=False)
class Prediction:
  """What a model predicts of a video.

  Example:
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
    probabilities = self.probabilities
    own = ~np.isnan(probabilities[:, 0]) & (self.table['face'] == self.main_face)
    if not own.any():
      return ''
    mean = probabilities[own].mean(axis=0, keepdims=True)
    return self.task.labels_of(mean, self.names)[0]

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

    Example:
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


def alignment_notes(
  alignment: Alignment, chosen: str, size: tuple[int, int]
) -> Iterator[str]:
  """Notes on frames that don't look like aligned faces.

  Args:
    alignment: how faces were cut out.
    chosen: the user's choice of it; '' if there was none.
    size: height and width of the frames.
  """
  short, long = sorted(size)
  if alignment.align == 'none' and not chosen and long > _CROP_RATIO * short:
    yield (
      "whole frames were taken for faces, as the model's training clips were; "
      'align=mtcnn finds faces in scenes'
    )


def window_notes(config: WindowConfig, frames: int) -> Iterator[str]:
  """Notes on a video of few frames, or of few frames a second."""
  if config.input.per_frame:
    return
  if frames < config.length:
    yield (
      f'the video is shorter than a window of {config.length / config.fps:.2f} s: it '
      'is padded by repeating the last frame, as short training clips are'
    )
  if 0 < config.length < _FEW_FRAMES and config.input.frames > 1:
    yield (
      f'there are few frames a second ({config.fps:.3g}): a window of {config.length} '
      'shows hardly any motion, so that there may be no label, or a wrong one; '
      f'--seconds={_FEW_FRAMES / config.fps:.3g} --step={1 / config.fps:.3g} makes '
      'windows longer, --one_clip makes each shot one window (seconds, step, one_clip '
      'in Python)'
    )


def face_notes(
  table: Shaped[np.ndarray, 'n'],
  config: WindowConfig,
  turned: int,
  shots: Sequence[int],
) -> Iterator[str]:
  """Notes on the faces that were found, and on missing labels.

  Args:
    table: as `Prediction.table`.
    config: how the video was cut into windows.
    turned: as `Prediction.turned`.
    shots: the first frame of each shot but the first.
  """
  if turned:
    yield f'faces are turned by {_CLOCKWISE[turned]}: all frames were turned back'
  if shots:
    often = f'{len(shots)} times, first' if len(shots) > 1 else 'once,'
    yield (
      f'another shot begins {often} at {shots[0] / config.fps:.2f} s: a face that '
      'looks different there gets a new number, and no window of it spans the cut'
    )
  if not table['face'].any():
    yield 'no face was found'
  elif not (table['motion'] >= config.least_motion).any():
    yield (
      f'there is too little motion for a label (below {config.least_motion:.2f}); '
      '--min_motion=0 (min_motion=0 in Python) gives one in any case'
    )
