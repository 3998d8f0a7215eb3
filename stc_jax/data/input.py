"""What a network is shown of a clip: how many frames, how large, of what kind."""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from stc_jax.data import sampling
from stc_jax.data.augment import TRAINING_SAMPLINGS
from stc_jax.data.transforms import TRANSFORMS, VIEWS
from stc_jax.errors import InputError, require, require_choice

COLOURS = 3
# Far beyond what trains: a clip of a network's is then 50 MB of pixels at most.
_MOST = {'frames': 4096, 'height': 1024, 'width': 1024}
_MOST_PIXELS = 2**24
_MOST_RATE = 10_000.0


@dataclasses.dataclass(frozen=True)
class InputConfig:
  """Section `input` of a launch file; launch/default.py explains its fields.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  frames: int
  height: int
  width: int
  frame_rate: float
  sampling: str
  training_sampling: str
  transforms: tuple[str, ...]
  views: tuple[str, ...]

  def __post_init__(self):
    """Checks what the types can't."""
    for field, most in _MOST.items():
      value = getattr(self, field)
      require(1 <= value <= most, field, value, f'lie in 1 to {most}')
    pixels = self.frames * self.height * self.width
    words = f'be at most {_MOST_PIXELS // (self.height * self.width)} of such pictures'
    require(pixels <= _MOST_PIXELS, 'frames', self.frames, words)
    words = f'lie in 0 to {_MOST_RATE:g}; 0 keeps every frame'
    require(0 <= self.frame_rate <= _MOST_RATE, 'frame_rate', self.frame_rate, words)
    known = (*sampling.SAMPLINGS, *sampling.FRAME_SAMPLINGS)
    require_choice('sampling', self.sampling, known)
    require_choice('training_sampling', self.training_sampling, TRAINING_SAMPLINGS)
    require(
      self.training_sampling == 'same' or self.sampling == 'uniform',
      'training_sampling',
      self.training_sampling,
      f"be 'same' where sampling is {self.sampling!r}",
    )
    require(bool(self.views), 'views', self.views, f'name some of {", ".join(VIEWS)}')
    for field, choices in (('transforms', TRANSFORMS), ('views', VIEWS)):
      names = getattr(self, field)
      for name in names:
        require_choice(field, name, choices)
      require(len(set(names)) == len(names), field, names, 'name each once')

  @property
  def per_frame(self) -> bool:
    """Whether each frame is an example, shown with those around it."""
    return self.sampling in sampling.FRAME_SAMPLINGS

  @property
  def channels(self) -> int:
    """Of the video that a network reads, after all transforms."""
    shape = (1, self.frames, self.height, self.width, COLOURS)
    video = jax.ShapeDtypeStruct(shape, jnp.float32)
    lengths = jax.ShapeDtypeStruct((1,), jnp.int32)
    return jax.eval_shape(self.transformed, video, lengths).shape[-1]

  def check_shown(self, length: int, clip: str) -> None:
    """Refuses a clip of which nothing would be left.

    Raises:
      InputError: it shows one frame, and only change is looked at; names `clip`.
    """
    if length == 1 and 'remove_appearance' in self.transforms:
      raise InputError(
        f'{clip}: one frame is shown of it, and input.transforms=remove_appearance '
        'leaves nothing of one; take it out, or set other transforms'
      )

  def window(
    self, clip: UInt8[np.ndarray, 'n h w 3'], fps: float
  ) -> tuple[Int[np.ndarray, 't'], int]:
    """The frame numbers that are shown of a clip, and how many are its own."""
    return sampling.window(clip, fps, self.frame_rate, self.frames, self.sampling)

  def frame_windows(
    self, numbers: Int[np.ndarray, 'n'], fps: float
  ) -> Int[np.ndarray, 'n t']:
    """The places of the frames that are shown with each of a recording's frames."""
    return sampling.frame_windows(
      numbers, fps, self.frame_rate, self.frames, self.sampling
    )

  def candidates(
    self, clip: UInt8[np.ndarray, 'n h w 3'], fps: float
  ) -> tuple[Int[np.ndarray, 'p'], int]:
    """The frame numbers that training may show of a clip, and how many are its own."""
    if self.training_sampling == 'same':
      return self.window(clip, fps)
    return sampling.candidates(len(clip), fps, self.frame_rate, self.frames)

  @property
  def most_kept(self) -> int:
    """At most so many of a clip's frames are shown, in training or test."""
    other = 0 if self.training_sampling == 'same' else sampling.DENSITY
    return (1 + other) * self.frames

  def places(self, key: Array, clips: int) -> Float[Array, 'b t'] | None:
    """Draws where in its candidates a training clip's frames are; None: as tested."""
    draw = TRAINING_SAMPLINGS[self.training_sampling]
    return draw(key, clips, self.frames) if draw else None

  def transformed(
    self, video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
  ) -> Float[Array, 'b t h w c2']:
    """Applies the transforms, in their order, to normalised videos."""
    for name in self.transforms:
      video = TRANSFORMS[name](video, lengths)
    return video

  def seen(self, video: Float[Array, 'b t h w c']) -> list[Float[Array, 'b t h w c']]:
    """The views of a tested clip, whose probabilities are averaged."""
    return [VIEWS[name](video) for name in self.views]


class Normalisation(NamedTuple):
  """Of a training side's pixels, in units of 0..1; a trial's own.

  Attributes:
    mean: of each colour.
    scale: of each colour, the inverse of its deviation.
  """

  mean: Float[Array, '*trials c']
  scale: Float[Array, '*trials c']


class NetworkInput(NamedTuple):
  """What a network reads.

  Attributes:
    video: normalised and transformed.
    lengths: how many frames of each are its own; the others repeat the last.
  """

  video: Float[Array, 'b t h w c']
  lengths: Int[Array, 'b']


def network_input(
  video: Float[Array, 'b t h w c'],
  lengths: Int[Array, 'b'],
  normalisation: Normalisation,
  config: InputConfig,
) -> NetworkInput:
  """From pixels 0..255 to what a network reads: normalised, then transformed."""
  unit = (video / 255.0 - normalisation.mean) * normalisation.scale
  return NetworkInput(config.transformed(unit, lengths), lengths)
