"""From a recording to the aligned clip that training reads."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from jaxtyping import UInt8

from stc_jax.errors import InputError
from stc_jax.faces import detect, face_crop, images, offline_tracker
from stc_jax.faces.recording import Recording

ALIGNS = ('mtcnn', 'none')

_MOST_SMOOTH = 100.0
# Frames that are searched at a time, unless they are huge.
_SEARCHED, _MOST_BYTES = 32, 200 * 2**20
# A recording below this is kept in memory between finding and cutting; a larger one is
# read twice.
KEPT_BYTES = 256 * 2**20


@dataclasses.dataclass(frozen=True)
class Alignment:
  """How faces are found and cut out.

  Attributes:
    align: 'mtcnn' by the eyes; 'none' takes frames for faces already cropped.
    roll: see `face_crop.CropConfig`.
    smooth: see `offline_tracker.follow`.
    max_gap: see `offline_tracker.follow`.
    size: height and width of the crops in pixels.
  """

  align: str = 'mtcnn'
  roll: str = 'keep'
  smooth: float = 0.0
  max_gap: int = 5
  size: int = 64

  def __post_init__(self):
    """Checks what the types can't."""
    for field, choices in (('align', ALIGNS), ('roll', face_crop.ROLLS)):
      if getattr(self, field) not in choices:
        value = getattr(self, field)
        raise InputError(f'--{field}={value}: is not one of {", ".join(choices)}')
    if not 0 <= self.smooth <= _MOST_SMOOTH or self.max_gap < 0:
      raise InputError(
        f'--smooth must lie in 0 to {_MOST_SMOOTH}, --max_gap must not be negative'
      )


class NoFaceError(InputError):
  """A recording whose face is missing for too long, however often it is looked for."""


@dataclasses.dataclass(frozen=True)
class Quality:
  """What a preparation's report says of a clip.

  Attributes:
    frames: in the clip.
    without_face: frames whose eyes come from their neighbours.
    mean_score: MTCNN's probability of a face, over the other frames.
    eye_distance: median, in pixels of the recording.
    notes: what is odd about the recording, a sentence each.
  """

  frames: int
  without_face: int = 0
  mean_score: float = float('nan')
  eye_distance: float = float('nan')
  notes: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class AlignedClip:
  """A clip as it is prepared: frames at `fps` a second, and their quality."""

  frames: UInt8[np.ndarray, 't s s 3']
  fps: float
  quality: Quality


def aligned_clip(
  recording: Recording, how: Alignment, go_on: Callable[[], None]
) -> AlignedClip:
  """Reads a recording and cuts out its face.

  Args:
    recording: where it lies.
    how: finds and cuts.
    go_on: called for every frame; raises to stop the work.

  Raises:
    InputError: the recording can't be read.
    NoFaceError: its face is missing for too long.
  """
  fps = recording.fps()
  if how.align == 'none':
    frames = [
      images.resized(frame, how.size, how.size) for frame in _watched(recording, go_on)
    ]
    quality = Quality(len(frames), notes=recording.notes())
    return AlignedClip(np.stack(frames), fps, quality)
  found, kept = _detect(recording, go_on)
  try:
    followed = offline_tracker.follow(found, how.max_gap, how.smooth)
  except InputError as error:
    raise NoFaceError(f'{recording.paths[0]}: {error}') from error
  crop = face_crop.CropConfig(how.size, how.roll)
  frames = [
    face_crop.crop(frame, eyes, crop)
    for frame, eyes in zip(
      kept or _watched(recording, go_on), followed.eyes, strict=True
    )
  ]
  quality = Quality(
    frames=len(frames),
    without_face=int((~followed.found).sum()),
    mean_score=followed.mean_score,
    eye_distance=followed.eye_distance,
    notes=recording.notes(),
  )
  return AlignedClip(np.stack(frames), fps, quality)


def _detect(
  recording: Recording, go_on: Callable[[], None]
) -> tuple[list[list[detect.Face]], list[np.ndarray]]:
  """The faces of each frame; and the frames, or none if they are too many to keep."""
  found, kept, small = [], [], True
  for some in chunks(_watched(recording, go_on)):
    found += detect.detect(some)
    small = small and (len(found) * some[0].nbytes <= KEPT_BYTES)
    kept = kept + some if small else []
  return found, kept


def chunks(frames: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
  """Frames that are searched together: as many for training as for predictions."""
  for first in frames:
    count = min(_SEARCHED, max(1, _MOST_BYTES // first.nbytes))
    yield [first, *itertools.islice(frames, count - 1)]


def _watched(recording: Recording, go_on: Callable[[], None]) -> Iterator[np.ndarray]:
  for frame in recording.frames():
    go_on()
    yield frame
