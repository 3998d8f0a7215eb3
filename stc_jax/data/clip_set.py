"""A set of clips in memory: of every clip the frames that are shown, once."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int, UInt8


@dataclasses.dataclass(frozen=True)
class ClipSet:
  """The clips of a prepared set in the order of their names, at the input's size.

  Attributes:
    name: dataset, config and version, as TFDS writes them.
    classes: the labels' names.
    frames: every frame that is shown, once.
    windows: of each clip, the numbers of its frames among `frames`.
    real: of each clip, how many of those are its own; the others repeat the last.
    candidates: of each clip, the numbers of the frames that training chooses from.
    choices: of each clip, how many of those there are; the others repeat the last.
    labels: of each clip, its class.
    subjects, clips, splits: of each clip: who, which, and where the set keeps it.
    seconds: of each clip, as recorded.
    means, squares: of each clip's shown pixels, in units of 0..1: mean and mean square
      of each colour.
    motion: of each clip, the largest mean absolute difference of a shown frame from the
      first one, in units of 0..255.
    fingerprint: SHA-256 of all records, to tell one prepared set from another.
    subject_folds: the set's own lists of subjects, where it brings such.
    black_sides: share of the frames' width that is black on each side.
    alignment: how its faces were cut out, by flag, where the set notes it.
  """

  name: str
  classes: tuple[str, ...]
  frames: UInt8[np.ndarray, 'k h w 3']
  windows: Int[np.ndarray, 'n t']
  real: Int[np.ndarray, 'n']
  candidates: Int[np.ndarray, 'n p']
  choices: Int[np.ndarray, 'n']
  labels: Int[np.ndarray, 'n']
  subjects: tuple[str, ...]
  clips: tuple[str, ...]
  splits: tuple[str, ...]
  seconds: Float[np.ndarray, 'n']
  means: Float[np.ndarray, 'n 3']
  squares: Float[np.ndarray, 'n 3']
  motion: Float[np.ndarray, 'n']
  fingerprint: str
  subject_folds: tuple[tuple[str, ...], ...] = ()
  black_sides: float = 0.0
  alignment: dict[str, str] = dataclasses.field(default_factory=dict)

  def __len__(self) -> int:
    return len(self.clips)
