"""What a user should know of a prediction, a sentence each."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Shaped

from stc_jax.faces.alignment import Alignment
from stc_jax.predict.windowing import WindowConfig

_CROP_RATIO = 1.2  # the longer side over the shorter, at most, of an aligned frame
_FEW_FRAMES = 5  # a window with fewer shows hardly any motion
# Where faces point that so many turns of `np.rot90` (counterclockwise) put upright.
_CLOCKWISE = {
  1: '90 degrees clockwise',
  2: '180 degrees',
  3: '90 degrees counterclockwise',
}


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
