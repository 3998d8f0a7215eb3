"""Events: how long a face keeps a label, or shows an action unit.

An event is a maximal run of a face's frames whose labels name one output. Each output
has a stream of its own, so events of several action units overlap in time.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from stc_jax.errors import require
from stc_jax.predict.table import TIME_DECIMALS, output_columns
from stc_jax.tasks.labelling import Labelling

_DAY = 86_400  # seconds
_ROUNDING = 10.0**-TIME_DECIMALS / 2  # seconds; times are rounded


@dataclasses.dataclass(frozen=True)
class EventOptions:
  """What counts as an event, in seconds.

  Attributes:
    min_event: shorter events are left out. The default leaves out single frames of a
      usual rate, and keeps the shortest expressions: those that leak last from 0.17 s
      on (Yan et al., J. Nonverbal Behav. 37, 2013).
    join_gaps: two runs of one label with a gap of at most this are one event; 0 joins
      none. Runs are joined before short events are left out.

  Raises:
    InputError: a field is out of its range; the line starts with the field's name.
  """

  min_event: float = 0.1
  join_gaps: float = 0.0

  def __post_init__(self):
    """Checks what the types can't."""
    for field, value in dataclasses.asdict(self).items():
      require(0 <= value <= _DAY, field, value, f'lie in 0..{_DAY}')


def find_events(
  table: Shaped[np.ndarray, 'n'],
  names: Sequence[str],
  task: Labelling,
  fps: float,
  options: EventOptions,
) -> Shaped[np.ndarray, 'events']:
  """The events of all faces, by onset, then face.

  Args:
    table: as `Prediction.table`, with a row at least for each frame.
    names: of the model's outputs.
    task: the model's, whose labels the table has.
    fps: frames a second; the last frame lasts for 1 / fps.
    options: what counts as an event.

  Returns:
    A structured array with the fields `onset`, `offset`, `duration` (s), `face`,
    `label`, `mean_probability` and `peak_probability` (0..1). The offset is the end of
    the last frame, where the next frame begins. Probabilities are those of the label
    in the frames that have it.
  """
  dtype = np.dtype(
    [
      *((field, np.float64) for field in ('onset', 'offset', 'duration')),
      ('face', np.int32),
      ('label', f'U{max(map(len, names))}'),
      *((f'{kind}_probability', np.float64) for kind in ('mean', 'peak')),
    ]
  )
  times = frame_times(table, fps)
  found: list[tuple] = []
  for face in np.unique(table['face'][table['face'] > 0]).tolist():
    rows = table[table['face'] == face]
    named = task.named_by(rows['label'], names)
    for name, column, own in zip(names, output_columns(table), named.T, strict=True):
      for run in _runs(rows['frame'], own, times, options.join_gaps):
        onset, offset = times[rows['frame'][run[0]]], times[rows['frame'][run[-1]] + 1]
        values = rows[column][run].astype(float)
        duration = round(offset - onset, TIME_DECIMALS)
        found.append((onset, offset, duration, face, name, values.mean(), values.max()))
  events = np.array(found, dtype)
  events = events[events['duration'] >= options.min_event - _ROUNDING]
  return events[np.lexsort((events['face'], events['onset']))]


def frame_times(
  table: Shaped[np.ndarray, 'n'], fps: float
) -> Float[np.ndarray, 'frames_and_1']:
  """When each frame begins, and when the last one ends, in seconds."""
  times = np.zeros(table['frame'].max(initial=-1) + 2)
  times[table['frame']] = table['approx_time']
  times[-1] = round(times[-2] + 1 / fps, TIME_DECIMALS) if len(table) else 0.0
  return times


def _runs(
  frames: Int[np.ndarray, 'm'],
  own: Bool[np.ndarray, 'm'],
  times: Float[np.ndarray, 'frames_and_1'],
  join_gaps: float,
) -> Iterator[Int[np.ndarray, 'k']]:
  """Yields the rows of each run, where `own` says which rows have the label."""
  rows = np.flatnonzero(own)
  before, after = frames[rows[:-1]], frames[rows[1:]]
  gaps = times[after] - times[before + 1]
  is_apart = (after > before + 1) & ((gaps > join_gaps + _ROUNDING) | (join_gaps == 0))
  if len(rows):
    yield from np.split(rows, np.flatnonzero(is_apart) + 1)
