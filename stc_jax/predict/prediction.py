"""What a model says of a video: a row for each frame and face."""

import dataclasses
import functools
from typing import Any

import matplotlib.figure
import numpy as np
from jaxtyping import Float, Shaped

from stc_jax import plots
from stc_jax.errors import InputError

# Every field of a row but those of the model's outputs.
PLACE_FIELDS = (
  ('frame', np.int32),
  ('approx_time', np.float64),
  ('face', np.int32),
  ('face_score', np.float32),
  *((f'box_{side}', np.float32) for side in ('left', 'top', 'right', 'bottom')),
  *((f'{eye}_eye_{axis}', np.float32) for eye in ('left', 'right') for axis in 'xy'),
  ('motion', np.float32),
)
_SHOWN = 0.5  # the probability from which on an action unit counts as shown


@dataclasses.dataclass(frozen=True, eq=False)
class Prediction:
  """What a model says of a video.

  Example:
    answer = stc_jax.load('runs/mine').predict('video.mp4')
    print(answer.label, answer.table['motion'].max())

  Attributes:
    table: a row for each frame and face, by frame and then face; structured:
      `frame` (int, from 0), `approx_time` (s), `face` (its number from 1; 0: no face),
      `face_score` (MTCNN's probability; NaN: placed by the frames around), `box_left`
      and so on and `left_eye_x` and so on (pixels of the frame, upright and
      its pixels square; left in the picture),
      `motion` (levels of 0..255), then the columns `columns` (0..1), and `label`.
      What there is no answer for is NaN, or the label ''.
    names: of the model's outputs: classes, or action units.
    fps: frames a second.
    frames: how many.
    size: height and width of the frames in pixels.
    settings: how it was made, ready for JSON.
    notes: what is worth knowing, a sentence each.
    turned: how many times `np.rot90` turned the frames, so that faces were upright;
      all pixels are those of the frames once turned.
  """

  table: Shaped[np.ndarray, 'n']
  names: tuple[str, ...]
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
    return self.table.dtype.names[len(PLACE_FIELDS) : -1]

  @property
  def is_detection(self) -> bool:
    """Whether outputs are action units, each with a probability of its own."""
    return self.columns[0].startswith('au_')

  @functools.cached_property
  def main_face(self) -> int:
    """The face that is largest over the whole video; 0: there is none."""
    sizes = sizes_of(self.table)
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
    """Of the whole video: of the main face's answers, the mean's label.

    '' where it has none. Action units that are shown in the mean are joined by '+'.
    """
    probabilities = self.probabilities
    own = ~np.isnan(probabilities[:, 0]) & (self.table['face'] == self.main_face)
    if not own.any():
      return ''
    mean = probabilities[own].mean(axis=0, keepdims=True)
    return labels_of(mean, self.names, self.is_detection)[0]

  def to_pandas(self):
    """The table as a pandas DataFrame; pandas isn't installed with stc_jax.

    Raises:
      InputError: it isn't there.
    """
    try:
      import pandas  # noqa: PLC0415  where it is there
    except ModuleNotFoundError as error:
      raise InputError('to_pandas: pandas is missing; pip install pandas') from error
    return pandas.DataFrame.from_records(self.table)

  def plot(self) -> matplotlib.figure.Figure:
    """Draws every output of every face over time.

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


def areas_of(table: Shaped[np.ndarray, 'n']) -> Float[np.ndarray, 'n']:
  """Of each row its box's area in pixels; 0 without one."""
  width = table['box_right'] - table['box_left']
  areas = width.astype(float) * (table['box_bottom'] - table['box_top'])
  return np.nan_to_num(areas)


def sizes_of(table: Shaped[np.ndarray, 'n']) -> Float[np.ndarray, 'faces']:
  """Of each face, by its number, the sum of its boxes' areas over all frames."""
  return np.bincount(table['face'], areas_of(table)).astype(float)  # if empty, too


def labels_of(
  probabilities: Float[np.ndarray, 'n k'], names: tuple[str, ...], is_detection: bool
) -> list[str]:
  """The likeliest name of each row, or all that are shown; '' for NaN."""
  if is_detection:
    shown = probabilities >= _SHOWN  # NaN isn't
    return ['+'.join(n for n, s in zip(names, row, strict=True) if s) for row in shown]
  best = np.where(np.isnan(probabilities), -1, probabilities).argmax(axis=1)
  has_answer = ~np.isnan(probabilities[:, 0])
  return [names[b] if a else '' for b, a in zip(best, has_answer, strict=True)]


def column_of(name: str, is_detection: bool) -> str:
  """The name of an output's column."""
  if is_detection:
    return f'au_{int(name.removeprefix("AU")):02}'
  return f'probability_{name}'


def _with_gaps(rows: np.ndarray, column: str) -> tuple[np.ndarray, np.ndarray]:
  """Values and times of a line that breaks where frames are missing."""
  breaks = np.flatnonzero(np.diff(rows['frame']) > 1) + 1
  values = np.insert(rows[column].astype(float), breaks, np.nan)
  return values, np.insert(rows['approx_time'], breaks, np.nan)
