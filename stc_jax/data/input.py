"""The input of a network: number and size of frames, sampling and transforms."""

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
# Far more than can be trained; a clip is then at most 50 MB of pixels.
_MOST = {'frames': 4096, 'height': 1024, 'width': 1024}
_MOST_PIXELS = 2**24
_MOST_RATE = 10_000.0
_MOST_MOTION = 4.0  # so that a warp doesn't fold the picture
# Older runs and bundles don't have these fields.
_LATER = ('still_motion', 'still_share')


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
  still_motion: float = 0.0
  still_share: float = 0.0

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
    self._check_stills()

  def _check_stills(self) -> None:
    for field, most in (('still_motion', _MOST_MOTION), ('still_share', 1.0)):
      value = getattr(self, field)
      require(0 <= value <= most, field, value, f'lie in 0 to {most:g}; 0: none')
      words = f'be 0 where sampling is {self.sampling!r}, which shows recordings'
      require(not (value and self.per_frame), field, value, words)
    words = 'be 0 with transforms=remove_appearance, which leaves nothing of a still'
    leaves_nothing = self.still_share and 'remove_appearance' in self.transforms
    require(not leaves_nothing, 'still_share', self.still_share, words)

  def recorded(self) -> dict:
    """The fields as files keep them: without what older files don't have, if unset."""
    fields = dataclasses.asdict(self)
    return {k: v for k, v in fields.items() if v or k not in _LATER}

  @property
  def varies_stills(self) -> bool:
    """Whether training shows clips as stills, or moves stills."""
    return bool(self.still_motion or self.still_share)

  @property
  def per_frame(self) -> bool:
    """Whether each frame is an example, shown with the frames around it."""
    return self.sampling in sampling.FRAME_SAMPLINGS

  @property
  def channels(self) -> int:
    """The number of channels after all transforms."""
    shape = (1, self.frames, self.height, self.width, COLOURS)
    video = jax.ShapeDtypeStruct(shape, jnp.float32)
    lengths = jax.ShapeDtypeStruct((1,), jnp.int32)
    return jax.eval_shape(self.transformed, video, lengths).shape[-1]

  def check_shown(self, length: int, clip: str) -> None:
    """Refuses a clip that would become empty; `clip` names it in the message.

    Raises:
      InputError: one frame is shown, and a transform keeps only changes.
    """
    if length == 1 and 'remove_appearance' in self.transforms:
      raise InputError(
        f'{clip}: one frame is shown of it, and input.transforms=remove_appearance '
        'leaves nothing of one; take it out, or set other transforms'
      )

  def window(
    self, clip: UInt8[np.ndarray, 'n h w 3'], fps: float
  ) -> tuple[Int[np.ndarray, 't'], int]:
    """The numbers of the frames that are shown, and how many are the clip's own."""
    return sampling.window(clip, fps, self.frame_rate, self.frames, self.sampling)

  def frame_windows(
    self, numbers: Int[np.ndarray, 'n'], fps: float
  ) -> Int[np.ndarray, 'n t']:
    """The window of each frame of a recording, as indices of frames."""
    return sampling.frame_windows(
      numbers, fps, self.frame_rate, self.frames, self.sampling
    )

  def candidates(
    self, clip: UInt8[np.ndarray, 'n h w 3'], fps: float
  ) -> tuple[Int[np.ndarray, 'p'], int]:
    """The frame numbers that training may show, and how many are the clip's own."""
    if self.training_sampling == 'same':
      return self.window(clip, fps)
    return sampling.candidates(len(clip), fps, self.frame_rate, self.frames)

  @property
  def most_kept(self) -> int:
    """The largest number of a clip's frames that are used, in training or test."""
    other = 0 if self.training_sampling == 'same' else sampling.DENSITY
    return (1 + other) * self.frames

  def places(self, key: Array, clips: int) -> Float[Array, 'b t'] | None:
    """Draws the places of a clip's frames among its candidates; None: as in tests."""
    draw = TRAINING_SAMPLINGS[self.training_sampling]
    return draw(key, clips, self.frames) if draw else None

  def transformed(
    self, video: Float[Array, 'b t h w c'], lengths: Int[Array, 'b']
  ) -> Float[Array, 'b t h w c2']:
    """Applies the transforms in order to normalised videos."""
    for name in self.transforms:
      video = TRANSFORMS[name](video, lengths)
    return video

  def seen(self, video: Float[Array, 'b t h w c']) -> list[Float[Array, 'b t h w c']]:
    """The views of a test clip; their probabilities are averaged."""
    return [VIEWS[name](video) for name in self.views]


class Normalisation(NamedTuple):
  """The normalisation of a trial: statistics of its training pixels in 0..1.

  Attributes:
    mean: the mean of each colour.
    scale: the inverse standard deviation of each colour.
  """

  mean: Float[Array, '*trials c']
  scale: Float[Array, '*trials c']


class NetworkInput(NamedTuple):
  """A batch of clips as a network reads it.

  Attributes:
    video: normalised and transformed.
    lengths: the number of each clip's own frames; the others repeat the last.
  """

  video: Float[Array, 'b t h w c']
  lengths: Int[Array, 'b']


def network_input(
  video: Float[Array, 'b t h w c'],
  lengths: Int[Array, 'b'],
  normalisation: Normalisation,
  config: InputConfig,
) -> NetworkInput:
  """Normalises pixels of 0..255, then applies the transforms."""
  unit = (video / 255.0 - normalisation.mean) * normalisation.scale
  return NetworkInput(config.transformed(unit, lengths), lengths)
