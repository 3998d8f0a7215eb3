"""Simulates head sway and camera noise in training frames; on the device.

A class `neutral` is made from few frames at rest, which are repeated (see
`sampling.back_and_forth`). In these frames the head moves less than in other clips. So
a sway and a turn of the head are added to all clips, which hide that difference, and
new noise to each frame. A network can't recognise the class by equal frames, by noise,
or by the motion of the head.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from stc_jax.data.augment import AugmentParams

# The largest sway of a clip: that of a head at rest for a second or two, and the error
# of the eyes' positions from frame to frame.
_DEGREES, _SCALE, _SHIFT, _TURN = 1.0, 0.01, 0.0075, 0.015
# The frequencies of a sway, in periods per window.
_WAVES = (0.1, 1.5)
# Deviation of the noise, in levels of 0..255; never 0, so no two frames are equal.
_NOISE = (0.5, 2.0)


class Filming(NamedTuple):
  """The sway and the noise of clips.

  Attributes:
    degrees, scale, shift, turn: of each frame, as in `AugmentParams` and in addition
      to it.
    noise: deviation of each pixel's noise, in levels of 0..255.
    key: of each clip's noise.
    warp: of each frame, as in `AugmentParams`; None: none.
    brightness: added to each frame, in levels of 0..255; None: nothing.
  """

  degrees: Float[Array, 'b t']
  scale: Float[Array, 'b t']
  shift: Float[Array, 'b t 2']
  turn: Float[Array, 'b t']
  noise: Float[Array, 'b']
  key: Key[Array, 'b']
  warp: Float[Array, 'b t k 2'] | None = None
  brightness: Float[Array, 'b t'] | None = None


def filmed(key: Array, clips: int, frames: int) -> Filming:
  """Draws the sway and noise of each clip, from nearly none to the largest."""
  sway_key, noise_key, pixel_key = jax.random.split(key, 3)
  sway = waves(sway_key, clips, frames, 5, _WAVES)
  return Filming(
    degrees=_DEGREES * sway[..., 0],
    scale=jnp.exp(_SCALE * sway[..., 1]),
    shift=_SHIFT * sway[..., 2:4],
    turn=_TURN * sway[..., 4],
    noise=jax.random.uniform(noise_key, (clips,), minval=_NOISE[0], maxval=_NOISE[1]),
    key=jax.random.split(pixel_key, clips),
  )


def waves(
  key: Array, clips: int, frames: int, count: int, rates: tuple[float, float]
) -> Float[Array, 'b t {count}']:
  """Waves with random amplitudes up to 1, `count` per clip.

  `rates` are the lowest and highest frequency, in periods per window.
  """
  height_key, rate_key, phase_key = jax.random.split(key, 3)
  height = jax.random.uniform(height_key, (clips, 1, count))
  low, high = rates
  rate = jax.random.uniform(rate_key, (clips, 1, count), minval=low, maxval=high)
  time = jnp.arange(frames)[:, None] / max(frames - 1, 1)
  phase = jax.random.uniform(phase_key, (clips, 1, count))
  return height * jnp.sin(2 * jnp.pi * (rate * time + phase))


def noise(filming: Filming, shape: tuple[int, ...]) -> Float[Array, 'b t h w c']:
  """Noise and brightness of clips of a shape [t, h, w, c], in levels of 0..255."""
  drawn = jax.vmap(lambda key: jax.random.normal(key, shape))(filming.key)
  found = filming.noise[:, None, None, None, None] * drawn
  if filming.brightness is None:
    return found
  return found + filming.brightness[..., None, None, None]


def frame_looks(look: AugmentParams, filming: Filming) -> AugmentParams:
  """The augmentation of each frame of all clips, one after the other."""
  frames = filming.degrees.shape[1]
  each = jax.tree.map(lambda leaf: jnp.repeat(leaf, frames, axis=0), look)
  warp = filming.warp
  return each._replace(
    degrees=each.degrees + filming.degrees.ravel(),
    scale=each.scale * filming.scale.ravel(),
    shift=each.shift + filming.shift.reshape(-1, 2),
    turn=filming.turn.ravel(),
    warp=None if warp is None else warp.reshape(-1, *warp.shape[2:]),
  )
