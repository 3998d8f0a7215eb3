"""Augmentation on the device: random appearance and random frames of each clip.

The parameters are drawn once for a clip and hold for all its frames. A new way of
drawing them is a line in `AUGMENTATIONS` or `TRAINING_SAMPLINGS`.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from stc_jax.data import warp

# The paper's rotations, in degrees.
DEGREES = (-7.5, -5.0, -2.5, 0.0, 2.5, 5.0, 7.5)


class AugmentParams(NamedTuple):
  """The parameters of augmentation, one of each per clip.

  Attributes:
    strength: the factor of each frame's difference from the first, applied first.
    mirror: whether left and right are exchanged.
    degrees: the angle of a rotation about the centre, anticlockwise.
    scale: the factor of a magnification about the centre.
    shift: the shift down and right, in shares of the side.
    contrast: the factor of each pixel's difference from the clip's mean colour.
    brightness: the value added to all pixels, in units of 0..255.
    turn: the shift right of the middle alone, in shares of the width; None: none.
    warp: shifts around nodes, see `warp.field`; None: none.
  """

  strength: Float[Array, 'b']
  mirror: Bool[Array, 'b']
  degrees: Float[Array, 'b']
  scale: Float[Array, 'b']
  shift: Float[Array, 'b 2']
  contrast: Float[Array, 'b']
  brightness: Float[Array, 'b']
  turn: Float[Array, 'b'] | None = None
  warp: Float[Array, 'b k 2'] | None = None


def plain(clips: int) -> AugmentParams:
  """Parameters that leave clips unchanged."""
  ones, zeros = jnp.ones(clips), jnp.zeros(clips)
  return AugmentParams(
    strength=ones,
    mirror=jnp.zeros(clips, bool),
    degrees=zeros,
    scale=ones,
    shift=jnp.zeros((clips, 2)),
    contrast=ones,
    brightness=zeros,
  )


def paper(key: Array, clips: int) -> AugmentParams:
  """One of 14 variants: mirrored or not, rotated by `DEGREES` (Yu et al., 4.2)."""
  mirror_key, angle_key = jax.random.split(key)
  return plain(clips)._replace(
    mirror=jax.random.bernoulli(mirror_key, shape=(clips,)),
    degrees=jax.random.choice(angle_key, jnp.array(DEGREES), (clips,)),
  )


def strong(
  key: Array, clips: int, reach: float = 1.0, strength: float = 0.5
) -> AugmentParams:
  """All parameters at once, from continuous ranges.

  `reach` scales the ranges of rotation, scale, shift and light; `strength` is the
  largest logarithm of the expression's strength.
  """
  keys = iter(jax.random.split(key, 7))

  def uniform(most, *dims):
    return jax.random.uniform(next(keys), (clips, *dims), minval=-most, maxval=most)

  return AugmentParams(
    strength=jnp.exp(uniform(strength)),
    mirror=jax.random.bernoulli(next(keys), shape=(clips,)),
    degrees=uniform(reach * 12.0),
    scale=jnp.exp(uniform(reach * 0.12)),
    shift=uniform(reach * 0.07, 2),
    contrast=jnp.exp(uniform(reach * 0.25)),
    brightness=uniform(reach * 25.0),
  )


AUGMENTATIONS: dict[str, Callable[[Array, int], AugmentParams] | None] = {
  'none': None,
  'paper': paper,
  'mild': functools.partial(strong, reach=0.3),
  'strong': strong,
  # For action units, whose intensity decides the label: strength is unchanged.
  'strong_but_true': functools.partial(strong, strength=0.0),
}

# The largest displacement of a frame and the least part shown, in shares of a clip.
_STRAY = 0.25
_LEAST_SHARE = 0.75


def jittered(key: Array, clips: int, frames: int) -> Float[Array, 'b t']:
  """Ascending places in a clip, from 0 at its first frame to 1 at its last.

  Each is displaced by up to a quarter of the clip from its place in a uniform sampling,
  and up to a quarter of the clip is left out at its end.
  """
  stray_key, share_key = jax.random.split(key)
  stray = jax.random.uniform(stray_key, (clips, frames), minval=-_STRAY, maxval=_STRAY)
  share = jax.random.uniform(share_key, (clips, 1), minval=_LEAST_SHARE)
  # A single frame is the last, as in `sampling.uniform`.
  places = jnp.arange(frames) / (frames - 1) if frames > 1 else jnp.ones(1)
  places = places + stray
  return share * jnp.sort(jnp.clip(places, 0, 1), axis=1)


TRAINING_SAMPLINGS: dict[str, Callable[[Array, int, int], Array] | None] = {
  'same': None,
  'jittered': jittered,
}


def vary(
  video: Float[Array, 'b t h w c'],
  look: AugmentParams,
  black_sides: Float[Array, ''] | float = 0.0,
  frame_looks: AugmentParams | None = None,
  noise: Float[Array, 'b t h w c'] | None = None,
) -> Float[Array, 'b t h w c']:
  """Applies the augmentation of each clip.

  Sampling is bilinear and repeats the border outside the picture, which the paper
  leaves open: a black corner would reveal the angle to the network. So would black
  sides: the picture between them is moved, and the same columns are black again.

  Args:
    video: the clips, pixels of 0..255.
    look: the parameters of each clip.
    black_sides: share of the frames' width that is black on each side.
    frame_looks: the parameters of each frame of all clips, one after the other; their
      rotation, scale, shift and mirror replace those of the clip.
    noise: added to the result, in units of 0..255.
  """
  width = video.shape[3]
  if frame_looks is None:
    moved = _moved(video, look, black_sides)
  else:
    single = video.reshape(-1, 1, *video.shape[2:])
    moved = _moved(single, frame_looks, black_sides).reshape(video.shape)
  strength, contrast, brightness = (
    value[:, None, None, None, None]
    for value in (look.strength, look.contrast, look.brightness)
  )

  def stronger(frames, first):
    return first + strength * (frames - first)

  colours = video.mean(axis=(2, 3), keepdims=True)
  mean = stronger(colours.mean(axis=1, keepdims=True), colours[:, :1])
  moved = stronger(moved, moved[:, :1])
  shown_half = (width - 1) / 2 - _margin(black_sides, width)
  face = jnp.abs(jnp.arange(width) - (width - 1) / 2) <= shown_half
  shown = mean + contrast * (moved - mean) + brightness
  return jnp.where(face[:, None], shown if noise is None else shown + noise, 0)


def _moved(
  video: Float[Array, 'b t h w c'],
  look: AugmentParams,
  black_sides: Float[Array, ''] | float,
) -> Float[Array, 'b t h w c']:
  """Rotates, scales, shifts and mirrors each clip."""
  height, width = video.shape[2:4]
  rows, columns = jax.vmap(_source, in_axes=(None, None, 0))(height, width, look)
  margin = _margin(black_sides, width)
  columns = jnp.clip(columns, margin, width - 1 - margin)
  # The barrier keeps the compiler from repeating this for every frame of a clip.
  rows, columns = jax.lax.optimization_barrier((rows, columns))
  return jax.lax.optimization_barrier(jax.vmap(warp.sampled)(video, rows, columns))


def _margin(black_sides: Float[Array, ''] | float, width: int) -> Float[Array, '']:
  """The number of black columns on each side."""
  return jnp.ceil(black_sides * width - 1e-3)


def _source(
  height: int, width: int, look: AugmentParams
) -> tuple[Float[Array, 'h w'], Float[Array, 'h w']]:
  """The rows and columns from which the pixels of one clip are taken."""
  y, x = np.mgrid[:height, :width].astype(np.float32)
  y = y - (height - 1) / 2 - look.shift[0] * height
  x = x - (width - 1) / 2 - look.shift[1] * width
  angle = jnp.deg2rad(look.degrees)
  cos, sin = jnp.cos(angle) / look.scale, jnp.sin(angle) / look.scale
  side = jnp.where(look.mirror, -1, 1)
  if look.warp is not None:
    down, right = warp.field(look.warp, height, width)
    y, x = y - down, x - right
  if look.turn is not None:
    distance = (2 * x / width) ** 2 + (2 * y / height) ** 2
    x = x - look.turn * width * jnp.maximum(1 - distance, 0)
  columns = side * (cos * x - sin * y) + (width - 1) / 2
  return sin * x + cos * y + (height - 1) / 2, columns
