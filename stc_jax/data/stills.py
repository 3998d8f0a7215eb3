"""Shows clips as stills, and moves stills, while training; on the device.

Databases of stills are the largest. Beside clips, a channel of changes that is always
zero in one source and never in another tells the source instead of the expression. So
stills are moved: the head turns, grows and drifts a little, and a smooth warp moves its
lower half more than its upper half, as talking does. The frames of a moved still also
differ in brightness and noise. A network then needs no motion to recognise an
expression, and isn't fooled by motion that tells nothing.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from stc_jax.data import filming, warp
from stc_jax.data.filming import Filming
from stc_jax.data.input import InputConfig

# The largest motion at strength 1: degrees, logarithm of scale, shares of the side.
_DEGREES, _SCALE, _SHIFT, _WARP = 2.0, 0.02, 0.025, 0.03
# A warp, at the upper and at the lower border, and to the sides.
_UPPER, _LOWER, _ASIDE = 0.3, 1.0, 0.5
# Levels of 0..255: the largest change of brightness, and the deviation of the noise.
_BRIGHTNESS, _NOISE = 5.0, (0.5, 2.0)
# The frequencies of heads and of speech, in periods per window.
_HEAD, _SPEECH = (0.1, 1.5), (0.5, 3.0)
# The share of stills that are moved. The others stay as they are in tests.
_MOVED = 0.75


class StillSample(NamedTuple):
  """The random choices of a step on stills.

  Attributes:
    as_still: whether a clip is shown as a still.
    is_moved: whether a clip is moved, if it is a still; see `of_windows`.
    motion: of each clip, if it is moved; None: no clip is.
  """

  as_still: Bool[Array, 'b']
  is_moved: Bool[Array, 'b']
  motion: Filming | None


def drawn(key: Array, clips: int, config: InputConfig) -> StillSample | None:
  """Draws which clips become stills and how stills move; None: nothing happens."""
  if not config.varies_stills:
    return None
  still_key, moved_key, motion_key = jax.random.split(key, 3)
  motion = None
  if config.still_motion:
    motion = _motion(motion_key, clips, config.frames, config.still_motion)
  return StillSample(
    as_still=jax.random.bernoulli(still_key, config.still_share, (clips,)),
    is_moved=jax.random.bernoulli(moved_key, _MOVED, (clips,)),
    motion=motion,
  )


def _motion(key: Array, clips: int, frames: int, strength: float) -> Filming:
  """The motion of each clip, from nearly none to the largest."""
  head_key, speech_key, noise_key, pixel_key = jax.random.split(key, 4)
  head = strength * filming.waves(head_key, clips, frames, 5, _HEAD)
  reach = _reach()
  speech = filming.waves(speech_key, clips, frames, reach.size, _SPEECH)
  low, high = _NOISE
  noise = jax.random.uniform(noise_key, (clips,), minval=low, maxval=high)
  return Filming(
    degrees=_DEGREES * head[..., 0],
    scale=jnp.exp(_SCALE * head[..., 1]),
    shift=_SHIFT * head[..., 2:4],
    turn=jnp.zeros((clips, frames)),
    noise=strength * noise,
    key=jax.random.split(pixel_key, clips),
    warp=strength * reach * speech.reshape(clips, frames, *reach.shape),
    brightness=_BRIGHTNESS * head[..., 4],
  )


def _reach() -> Float[np.ndarray, 'k 2']:
  """The largest shift down and right around each node of `warp.weights`."""
  rows = np.repeat(np.linspace(_UPPER, _LOWER, warp.NODES), warp.NODES)
  return (_WARP * rows[:, None] * [1, _ASIDE]).astype(np.float32)


def of_windows(sample: StillSample, windows: Int[Array, 'b t']) -> StillSample:
  """The choices for windows of frames: only those of one frame are moved."""
  if sample.motion is None:
    return sample
  is_still = sample.as_still | (windows == windows[:, :1]).all(axis=1)
  return sample._replace(is_moved=sample.is_moved & is_still)


def shown(
  video: Float[Array, 'b t h w c'], sample: StillSample
) -> Float[Array, 'b t h w c']:
  """Repeats one frame of the clips that become stills: the most changed one."""
  change = jnp.abs(video - video[:, :1]).mean(axis=(2, 3, 4))
  strongest = change.argmax(axis=1)[:, None, None, None, None]
  frame = jnp.take_along_axis(video, strongest, axis=1)
  return jnp.where(sample.as_still[:, None, None, None, None], frame, video)


def shown_lengths(
  lengths: Int[Array, 'b'], sample: StillSample, frames: int
) -> Int[Array, 'b']:
  """The frames that are a clip's own: all of a moved still, one of another still."""
  lengths = jnp.where(sample.as_still, 1, lengths)
  if sample.motion is None:
    return lengths
  return jnp.where(sample.is_moved, frames, lengths)


def with_motion(sample: StillSample, other: Filming | None) -> Filming | None:
  """Adds the motion of the stills that are moved.

  Args:
    sample: as `of_windows` returns it.
    other: motion of all clips, which is added to; None: none.
  """
  if sample.motion is None:
    return other
  own, is_moved = sample.motion, sample.is_moved
  each = is_moved[:, None]
  moved = own._replace(
    degrees=jnp.where(each, own.degrees, 0),
    scale=jnp.where(each, own.scale, 1),
    shift=jnp.where(each[..., None], own.shift, 0),
    noise=jnp.where(is_moved, own.noise, 0),
    warp=jnp.where(each[..., None, None], own.warp, 0),
    brightness=jnp.where(each, own.brightness, 0),
  )
  if other is None:
    return moved
  return moved._replace(
    degrees=moved.degrees + other.degrees,
    scale=moved.scale * other.scale,
    shift=moved.shift + other.shift,
    turn=other.turn,
    noise=jnp.maximum(moved.noise, other.noise),
  )
