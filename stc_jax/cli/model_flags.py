"""Flags of `predict` and `serve`: the model, and how videos are shown to it."""

import contextlib
from collections.abc import Iterator
from typing import Any

from absl import flags

from stc_jax import late
from stc_jax.errors import InputError

MODEL = flags.DEFINE_string(
  'model',
  None,
  "A run's folder, or one of the models in it; or hf://user/model, of the Hugging Face "
  'Hub.',
  required=True,
)
_FACES = flags.DEFINE_enum(
  'faces',
  'largest',
  ['largest', 'all'],
  'Which faces are predicted: the largest of each frame, or all.',
)
_ALIGN = flags.DEFINE_enum(
  'align',
  '',
  ['', 'mtcnn', 'none'],
  'How faces are cut out: mtcnn finds them and cuts them out by their eyes, none takes '
  "whole frames as faces. Default: as in the model's training clips.",
)
_SECONDS = flags.DEFINE_float(
  'seconds',
  None,
  'Length of a window in seconds. Default: the median of the training clips.',
)
_STEP = flags.DEFINE_float(
  'step',
  None,
  'Seconds from one window to the next. Default: a quarter of a window.',
)
_ONE_CLIP = flags.DEFINE_bool(
  'one_clip',
  False,
  'Takes each shot of a video as one expression, whatever its length.',
)
_MIN_MOTION = flags.DEFINE_float(
  'min_motion',
  None,
  'Windows with less motion (in levels of 0..255) get no label. Default: the 5th '
  'percentile of the training clips; with a class neutral, only still pictures get '
  'none. A model trained with input.still_motion or input.still_share labels all.',
)


def options() -> Any:
  """Returns the options of a prediction.

  Raises:
    InputError: a flag is out of its range.
  """
  chosen = (_FACES, _ALIGN, _SECONDS, _STEP, _ONE_CLIP, _MIN_MOTION)
  fields = {flag.name: flag.value for flag in chosen}
  with named_as_flag():
    return late.load('stc_jax.predict.options').PredictOptions(**fields)


@contextlib.contextmanager
def named_as_flag() -> Iterator[None]:
  """Puts `--` before the name of the field that an error of the block names.

  Raises:
    InputError: that of the block.
  """
  try:
    yield
  except InputError as error:
    raise InputError(f'--{error}') from error
