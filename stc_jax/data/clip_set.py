"""A set of examples in memory: of every one the frames that are shown, once."""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Bool, Float, Int, Int8, UInt8

NEUTRAL = 'neutral'  # the class of faces at rest
UNKNOWN = 9  # in place of 0 or 1: whether an action unit is shown wasn't coded


@dataclasses.dataclass(frozen=True)
class LabelledFrames:
  """Of a set whose examples are frames, and not clips: which.

  Attributes:
    numbers: of each example, the frame's number in its recording.
    rows: of each example, the frame's own place among `ClipSet.frames`.
    folder: where the frames lie, for what follows from them.
  """

  numbers: Int[np.ndarray, 'n']
  rows: Int[np.ndarray, 'n']
  folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class ClipSet:
  """The examples of a prepared set, at the input's size, in the order of their clips.

  An example is a clip, or a labelled frame with those around it.

  Attributes:
    name: dataset, config and version, as TFDS writes them.
    names: what each of a network's outputs stands for: the classes, or action units.
    frames: every frame that is shown, once.
    windows: of each example, the numbers of its frames among `frames`.
    lengths: of each example, how many of those are its own; the others repeat the last.
    candidates: of each example, the frames that training chooses from.
    num_candidates: of each example, how many of those there are; the others repeat
      the last.
    at_rest: of each example, whether it is of a class made of faces at rest; None:
      there is none.
    targets: of each example, its class; or its action units: 1 shown, 0 not, 9 unknown.
    subjects, clips, splits: of each example: who, which clip, and where the set keeps
      it.
    seconds: of each example's clip, as recorded.
    means, squares: of each example's shown pixels, in units of 0..1: mean and mean
      square of each colour.
    motion: of each example's clip, the largest mean absolute difference of a shown
      frame from the first one, in units of 0..255.
    fingerprint: SHA-256 of all records, to tell one prepared set from another.
    subject_folds: the set's own lists of subjects, where it brings such.
    black_sides: share of the frames' width that is black on each side.
    alignment: how its faces were cut out, by flag, where the set notes it.
    labelled: which frames, where examples are such.
  """

  name: str
  names: tuple[str, ...]
  frames: UInt8[np.ndarray, 'k h w 3']
  windows: Int[np.ndarray, 'n t']
  lengths: Int[np.ndarray, 'n']
  candidates: Int[np.ndarray, 'n p']
  num_candidates: Int[np.ndarray, 'n']
  targets: Int[np.ndarray, 'n'] | Int8[np.ndarray, 'n a']
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
  labelled: LabelledFrames | None = None
  at_rest: Bool[np.ndarray, 'n'] | None = None

  def __len__(self) -> int:
    return len(self.clips)
