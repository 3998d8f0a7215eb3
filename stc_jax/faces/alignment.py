"""Turns a recording into the aligned clip that training reads."""

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
# Frames that are searched at a time; fewer if together they exceed `_MOST_BYTES`.
_SEARCHED, _MOST_BYTES = 32, 200 * 2**20
# A smaller recording stays in memory between detection and cropping; a larger one is
# read twice.
KEPT_BYTES = 256 * 2**20


@dataclasses.dataclass(frozen=True)
class Alignment:
  """How faces are found and cut out.

  Attributes:
    align: 'mtcnn' cuts faces out by their eyes; 'none' takes whole frames as faces.
    roll: see `face_crop.CropConfig`.
    smooth: see `offline_tracker.follow`.
    max_gap: see `offline_tracker.follow`.
    size: height and width of the crops, in pixels.
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
  """A recording whose face is missing in too many frames; a retry would not help."""


@dataclasses.dataclass(frozen=True)
class Quality:
  """The quality of a clip, for the report of a preparation.

  Attributes:
    frames: number of frames.
    without_face: number of frames whose eyes are interpolated.
    mean_score: MTCNN's mean probability of a face in the other frames.
    eye_distance: median distance of the eyes, in pixels of the recording.
    notes: anomalies of the recording, one sentence each.
  """

  frames: int
  without_face: int = 0
  mean_score: float = float('nan')
  eye_distance: float = float('nan')
  notes: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class AlignedClip:
  """A prepared clip: frames at `fps` frames per second, and their quality."""

  frames: UInt8[np.ndarray, 't s s 3']
  fps: float
  quality: Quality


def aligned_clip(
  recording: Recording, how: Alignment, go_on: Callable[[], None]
) -> AlignedClip:
  """Reads a recording and cuts out its face.

  Args:
    recording: the files of the clip.
    how: how the face is found and cut out.
    go_on: called for every frame; raises an exception to stop the work.

  Raises:
    InputError: the recording can't be read.
    NoFaceError: its face is missing in too many frames.
  """
  cut_out = _whole_frames if how.align == 'none' else _crops_by_eyes
  return cut_out(recording, how, go_on)


def _whole_frames(
  recording: Recording, how: Alignment, go_on: Callable[[], None]
) -> AlignedClip:
  fps = recording.fps()
  frames = [
    images.resized(frame, how.size, how.size) for frame in _watched(recording, go_on)
  ]
  quality = Quality(len(frames), notes=recording.notes())
  return AlignedClip(np.stack(frames), fps, quality)


def _crops_by_eyes(
  recording: Recording, how: Alignment, go_on: Callable[[], None]
) -> AlignedClip:
  fps = recording.fps()
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
  """The faces of each frame; and the frames, or [] if they take too much memory."""
  found, kept, small = [], [], True
  for some in chunks(_watched(recording, go_on)):
    found += detect.detect(some)
    small = small and (len(found) * some[0].nbytes <= KEPT_BYTES)
    kept = kept + some if small else []
  return found, kept


def chunks(frames: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
  """Groups frames for detection, in the same way for training and for predictions."""
  for first in frames:
    count = min(_SEARCHED, max(1, _MOST_BYTES // first.nbytes))
    yield [first, *itertools.islice(frames, count - 1)]


def _watched(recording: Recording, go_on: Callable[[], None]) -> Iterator[np.ndarray]:
  for frame in recording.frames():
    go_on()
    yield frame
