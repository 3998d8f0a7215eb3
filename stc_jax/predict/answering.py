"""From frames to an answer: finds faces, cuts them out, and asks the model."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import UInt8

from stc_jax import plots
from stc_jax.bundle import recipe
from stc_jax.bundle.bundle import Bundle
from stc_jax.data.clip_set import NEUTRAL
from stc_jax.errors import InputError, require, require_choice
from stc_jax.faces import detect, stream
from stc_jax.faces.alignment import ALIGNS, Alignment
from stc_jax.faces.online_tracker import lateness
from stc_jax.predict import choosing, noting, rows
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.sliding import Ask, Batches, Windows
from stc_jax.predict.sources import Source

_DAY = 86_400  # seconds
_LEVELS = 255  # of a pixel
_ANY_MOTION = 0.01  # levels: a still picture has less; see `stillness`
_STEPS = 4  # windows that show each frame, unless the step is given


@dataclasses.dataclass(frozen=True)
class Asked:
  """What a user may choose of a prediction.

  Attributes:
    faces: 'largest' at any time, or 'all'.
    align: as `Alignment.align`; '': as the model's training clips.
    seconds: of a window; None: the median of the training clips.
    step: seconds from one window to the next; None: a quarter of a window.
    one_clip: takes the whole video as one expression.
    min_motion: windows that move less have no answer, in levels of 0..255; None: the
      5th percentile of the training clips; just above a still picture's where the
      model knows a class `neutral`; 0 where it tells action units, or is asked of one
      clip.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  faces: str = 'largest'
  align: str = ''
  seconds: float | None = None
  step: float | None = None
  one_clip: bool = False
  min_motion: float | None = None

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('faces', self.faces, choosing.FACES)
    require_choice('align', self.align, ('', *ALIGNS))
    for field in ('seconds', 'step'):
      value = getattr(self, field)
      within = value is None or 0 < value <= _DAY
      require(within, field, value, f'be above 0 and at most {_DAY}')
      if self.one_clip and value is not None:
        raise InputError(f'{field}: a window is the whole video with one_clip')
    least = self.min_motion
    within = least is None or 0 <= least <= _LEVELS
    require(within, 'min_motion', least, f'lie in 0..{_LEVELS}')


def windows_of(bundle: Bundle, asked: Asked, fps: float) -> Windows:
  """How a video of this rate is shown to a model.

  Raises:
    InputError: windows are asked for of a model that tells frame by frame.
  """
  if bundle.input.per_frame and (asked.one_clip or asked.seconds or asked.step):
    raise InputError(
      'seconds, step, one_clip: not for a model of action units, which tells every '
      'frame with those around it; leave them out'
    )
  seconds = asked.seconds or bundle.clip_seconds['median']
  step = asked.step or seconds / _STEPS
  least = asked.min_motion
  if least is None:
    free = asked.one_clip or bundle.input.per_frame
    low = _ANY_MOTION if NEUTRAL in bundle.names else bundle.clip_motion['low']
    least = 0.0 if free else low
  return Windows(
    input=bundle.input,
    fps=fps,
    length=0 if asked.one_clip else max(1, round(seconds * fps)),
    step=max(1, round(step * fps)),
    least_motion=least,
  )


def answer(
  bundle: Bundle,
  ask: Ask,
  source: Source,
  asked: Asked,
  on_frame: Callable[[], None] = lambda: None,
) -> Prediction:
  """Says what a model sees in a video.

  Args:
    bundle: the model's, or the first of several that are asked together.
    ask: the model, about windows.
    source: the video.
    asked: what the user chose.
    on_frame: called for every frame read.

  Raises:
    InputError: no frame can be read, or a choice doesn't go with the model.
  """
  how = recipe.alignment(bundle.alignment, asked.align)
  windows = windows_of(bundle, asked, source.fps)
  reading = _Reading(source, on_frame)
  table, shots = _read(bundle, ask, reading, how, asked, windows)
  if how.align == 'mtcnn' and not table['face'].any():
    turned = detect.turn_of(reading.sample)
    if turned:
      reading = _Reading(source, on_frame, turned)
      table, shots = _read(bundle, ask, reading, how, asked, windows)
  return Prediction(
    table=table,
    names=bundle.names,
    fps=source.fps,
    frames=reading.count,
    size=reading.size,
    settings={
      'alignment': dataclasses.asdict(how),
      'window_frames': windows.length,
      'step_frames': windows.step,
      'min_motion': windows.least_motion,
      'faces': asked.faces,
    },
    notes=(
      *source.notes(),
      *noting.of_frames(how, bool(asked.align), windows, reading.count, reading.size),
      *noting.of_faces(table, windows, reading.turned, shots),
      *plots.font_notes(bundle.names),
    ),
    turned=reading.turned,
  )


def _read(
  bundle: Bundle,
  ask: Ask,
  reading: '_Reading',
  how: Alignment,
  asked: Asked,
  windows: Windows,
) -> tuple[np.ndarray, list[int]]:
  """The rows of a video, and the first frame of each shot but the first."""
  told = rows.Told(windows, Batches(ask), len(bundle.names), lateness(how))
  shots: list[int] = []
  for cuts in stream.cuts(reading.frames(), how, windows.fps, shots.append):
    for cut in cuts:
      told.add(cut)
  table = rows.table(told.end(), bundle.names, bundle.input.per_frame, windows.fps)
  table = choosing.chosen(table, asked.faces, reading.count, windows.fps, shots)
  return table, shots


class _Reading:
  """Reads a source, and remembers how many frames of which size it had.

  Attributes:
    turned: how many times `np.rot90` turns them.
    sample: one of the frames, of the second half.
  """

  def __init__(self, source: Source, on_frame: Callable[[], None], turned: int = 0):
    self._source, self._on_frame, self.turned = source, on_frame, turned
    self.count, self.size = 0, (0, 0)
    self.sample = np.zeros((1, 1, 3), np.uint8)

  def frames(self) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
    for frame in self._source.frames():
      if self.turned:
        frame = np.ascontiguousarray(np.rot90(frame, self.turned))
      self.count, self.size = self.count + 1, frame.shape[:2]
      if self.count & (self.count - 1) == 0:  # 1, 2, 4 and so on
        self.sample = frame
      self._on_frame()
      yield frame
