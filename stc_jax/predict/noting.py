"""What is worth knowing of an answer, a sentence each."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Shaped

from stc_jax.faces.alignment import Alignment
from stc_jax.predict.sliding import Windows

_LIKE_A_CROP = 1.2  # at most: longer side over shorter
_FEW_FRAMES = 5  # of a window: with fewer it shows hardly any motion
# How faces lie that so many turns of `np.rot90` (counterclockwise) put upright.
_CLOCKWISE = {
  1: '90 degrees clockwise',
  2: '180 degrees',
  3: '90 degrees counterclockwise',
}


def of_frames(
  how: Alignment, is_asked: bool, windows: Windows, count: int, size: tuple[int, int]
) -> Iterator[str]:
  """Whether frames are such as the model expects.

  Args:
    how: faces were found and cut out.
    is_asked: whether the user chose that; else it is as for the training clips.
    windows: how the model was shown them.
    count: how many frames.
    size: their height and width.
  """
  short, long = sorted(size)
  if how.align == 'none' and not is_asked and long > _LIKE_A_CROP * short:
    yield (
      "whole frames were taken for faces, as the model's training clips were; "
      'align=mtcnn finds faces in scenes'
    )
  if windows.input.per_frame:
    return
  if count < windows.length:
    yield (
      f'shorter than a window of {windows.length / windows.fps:.2f} s: shown as a '
      'short clip is in training, its last frame repeated'
    )
  if 0 < windows.length < _FEW_FRAMES:
    yield (
      f'few frames a second ({windows.fps:.3g}): a window has {windows.length}, which '
      'show hardly any motion, so that there may be no label, or a wrong one; '
      f'--seconds={_FEW_FRAMES / windows.fps:.3g} --step={1 / windows.fps:.3g} makes '
      'windows longer, --one_clip shows all at once (seconds, step, one_clip in Python)'
    )


def of_faces(
  table: Shaped[np.ndarray, 'n'], windows: Windows, turned: int, shots: Sequence[int]
) -> Iterator[str]:
  """What was found of faces, and where there is no answer.

  Args:
    table: as `Prediction.table`.
    windows: how the model was shown them.
    turned: as `Prediction.turned`.
    shots: the first frame of each but the first.
  """
  if turned:
    yield f'faces are turned by {_CLOCKWISE[turned]}: all frames were turned back'
  if shots:
    often = f'{len(shots)} times, first' if len(shots) > 1 else 'once,'
    yield (
      f'another shot begins {often} at {shots[0] / windows.fps:.2f} s: a face that '
      'looks otherwise there is numbered anew, and no window of it goes across'
    )
  if not table['face'].any():
    yield 'no face was found'
  elif not (table['motion'] >= windows.least_motion).any():
    yield (
      f'nothing moves enough (motion below {windows.least_motion:.2f}); '
      '--min_motion=0 (min_motion=0 in Python) answers all the same'
    )
