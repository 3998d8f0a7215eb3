"""What a user may choose of a prediction, and the windows that follow from it."""

import dataclasses

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.clip_set import NEUTRAL
from stc_jax.errors import InputError, require, require_choice
from stc_jax.faces.alignment import ALIGNS
from stc_jax.predict.face_selection import FACES
from stc_jax.predict.windowing import WindowConfig

_DAY = 86_400  # seconds
_LEVELS = 255  # of a pixel
_ANY_MOTION = 0.01  # levels; a still picture has less
_WINDOWS = 4  # that show each frame, unless the step is given


@dataclasses.dataclass(frozen=True)
class PredictOptions:
  """What a user may choose of a prediction.

  Attributes:
    faces: 'largest' at any time, or 'all'.
    align: as `Alignment.align`; '' is that of the model's training clips.
    seconds: of a window; None is the median of the training clips.
    step: seconds from one window to the next; None is a quarter of a window.
    one_clip: takes each shot of a video as one expression.
    min_motion: windows with less motion get no label, in levels of 0..255. None is the
      5th percentile of the training clips; of a model with a class `neutral`, a value
      just above a still picture's motion, unless it was trained on stills; 0 with
      `one_clip`, of a model that predicts each frame, and where `input.still_motion`
      or `input.still_share` was set.

  Raises:
    InputError: a field is out of its range; the line starts with the field's name.
  """

  faces: str = 'largest'
  align: str = ''
  seconds: float | None = None
  step: float | None = None
  one_clip: bool = False
  min_motion: float | None = None

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('faces', self.faces, FACES)
    require_choice('align', self.align, ('', *ALIGNS))
    for field in ('seconds', 'step'):
      value = getattr(self, field)
      within = value is None or 0 < value <= _DAY
      require(within, field, value, f'be above 0 and at most {_DAY}')
      if self.one_clip and value is not None:
        raise InputError(f'{field}: with one_clip a window is a whole shot')
    least = self.min_motion
    within = least is None or 0 <= least <= _LEVELS
    require(within, 'min_motion', least, f'lie in 0..{_LEVELS}')


def window_config(bundle: Bundle, options: PredictOptions, fps: float) -> WindowConfig:
  """How a video of this rate is cut into windows for a model.

  Raises:
    InputError: windows are chosen for a model that predicts each frame.
  """
  each_frame = bundle.input.per_frame
  if each_frame and (options.one_clip or options.seconds or options.step):
    raise InputError(
      'seconds, step, one_clip: not for a model of action units, which predicts every '
      'frame with those around it; leave them out'
    )
  seconds = options.seconds or bundle.clip_seconds['median']
  step = options.step or seconds / _WINDOWS
  least = options.min_motion
  if least is None:
    least = 0.0 if options.one_clip or each_frame else _least_of(bundle)
  return WindowConfig(
    input=bundle.input,
    fps=fps,
    length=0 if options.one_clip else max(1, round(seconds * fps)),
    step=max(1, round(step * fps)),
    least_motion=least,
  )


def _least_of(bundle: Bundle) -> float:
  """The least motion of an expression; see `PredictOptions.min_motion`."""
  motion = bundle.clip_motion
  if bundle.input.varies_stills:  # it was trained on stills, and needs no motion
    return 0.0
  if NEUTRAL in bundle.names:
    return min(_ANY_MOTION, motion['high'])
  return motion['low']
