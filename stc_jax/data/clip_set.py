"""A set of examples in memory; every frame that is used is stored once."""

import dataclasses
import pathlib
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped, UInt8

NEUTRAL = 'neutral'  # the class of faces at rest
UNKNOWN = 9  # the code of an action unit that wasn't coded, instead of 0 or 1


@dataclasses.dataclass(frozen=True)
class LabelledFrames:
  """The frames that are the examples of a set of labelled frames.

  Attributes:
    numbers: of each example, the frame's number in its recording.
    rows: of each example, the index of its frame in `ClipSet.frames`.
    folder: the frame store, which also holds caches derived from the frames.
  """

  numbers: Int[np.ndarray, 'n']
  rows: Int[np.ndarray, 'n']
  folder: pathlib.Path


class Origin(NamedTuple):
  """What a joined set has of one of its sets.

  Attributes:
    database: the set, as `dataset.names` calls it.
    classes: its classes; of each its name, the class in its place, or '' where its
      clips are left out, and the number of its clips.
    fps: the median of the frame rates of its clips.
    alignment: how its faces were cut out, by flag.
    black_sides: share of its frames' width that is black on each side.
  """

  database: str
  classes: tuple[tuple[str, str, int], ...]
  fps: float
  alignment: dict[str, str]
  black_sides: float


@dataclasses.dataclass(frozen=True)
class ClipSet:
  """The examples of a prepared set, resized to the input, in the order of their clips.

  An example is a clip, or a labelled frame with the frames around it.

  Attributes:
    name: dataset, config and version, in TFDS's form.
    names: the network's outputs: classes or action units.
    frames: every frame that is used, once.
    windows: of each example, the indices of its frames in `frames`.
    lengths: of each example, how many of those are its own; the others repeat the last.
    candidates: of each example, the frames that training chooses from.
    num_candidates: of each example, how many of those there are; the others repeat
      the last.
    at_rest: of each example, whether it is in the class of faces at rest; None: there
      is no such class.
    targets: of each example, its class; or its action units: 1 shown, 0 not, 9 unknown.
    subjects, clips, splits: of each example, the subject, the clip and the split.
    seconds: of each example, the duration of its clip as recorded.
    means, squares: of each example, the mean and mean square of each colour over the
      pixels of its window, in units of 0..1.
    motion: of each example, the largest mean absolute difference of a frame that is
      shown of its clip from the first one, in units of 0..255.
    fingerprint: SHA-256 of all records; it identifies the prepared set.
    subject_folds: the set's own lists of subjects, if it has such lists.
    black_sides: share of the frames' width that is black on each side.
    alignment: how faces were cut out, by flag, if the set records it.
    labelled: the labelled frames, if they are the examples.
    databases: of each example, the set that it is of; empty if none are joined.
    origins: what it has of each joined set.
  """

  name: str
  names: tuple[str, ...]
  frames: UInt8[np.ndarray, 'k h w 3']
  windows: Int[np.ndarray, 'n t']
  lengths: Int[np.ndarray, 'n']
  candidates: Int[np.ndarray, 'n p']
  num_candidates: Int[np.ndarray, 'n']
  targets: Shaped[np.ndarray, 'n *a']
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
  databases: tuple[str, ...] = ()
  origins: tuple[Origin, ...] = ()

  def __len__(self) -> int:
    return len(self.clips)
