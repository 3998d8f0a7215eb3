"""Clips in device memory, and the batches that are gathered from them there."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Shaped, UInt8

from stc_jax.data import filming, stills
from stc_jax.data.augment import AUGMENTATIONS, AugmentParams, plain, vary
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.filming import Filming
from stc_jax.data.input import InputConfig, NetworkInput, Normalisation, network_input
from stc_jax.data.stills import StillSample
from stc_jax.data.trial_arrays import TrialArrays

# A trial's key is folded with one of these numbers for each use of randomness.
INIT, AUGMENT, DROPOUT, SAMPLE, FILM, STILL = range(6)


class DeviceData(NamedTuple):
  """All clips of a set; all trials share them.

  Attributes:
    frames: every frame that is used, once.
    windows: of each clip, the indices of its frames.
    lengths: of each clip, the number of its own frames.
    candidates, num_candidates: the same for the frames that training chooses from.
    at_rest: of each clip, whether it shows a face at rest, played back and forth.
    targets: of each example, as in `ClipSet`.
    black_sides: share of the frames' width that is black on each side.
  """

  frames: UInt8[Array, 'k h w 3']
  windows: Int[Array, 'n t']
  lengths: Int[Array, 'n']
  candidates: Int[Array, 'n p']
  num_candidates: Int[Array, 'n']
  targets: Shaped[Array, 'n *a']
  black_sides: Float[Array, '']
  at_rest: Bool[Array, 'n'] | None = None


class StepSample(NamedTuple):
  """The random choices of one training step.

  Attributes:
    clips: the clips of the batch.
    places: the places of each clip's frames among its candidates, 0..1; None: the
      frames of tests.
    look: the augmentation of each clip; None: none.
    filming: the sway and noise of each clip, used if some clips show faces at rest.
    stills: the clips that become stills, and how stills move; None: nothing happens.
  """

  clips: Int[Array, 'b']
  places: Float[Array, 'b t'] | None
  look: AugmentParams | None
  filming: Filming
  stills: StillSample | None = None


class Batch(NamedTuple):
  """The batch of a step: the network's input and the targets."""

  clips: NetworkInput
  targets: Any


def device_arrays(clip_set: ClipSet) -> DeviceData:
  """The arrays of a set, on the host."""
  arrays = {name: getattr(clip_set, name) for name in DeviceData._fields}
  return DeviceData(**arrays | {'black_sides': np.float32(clip_set.black_sides)})


def trial_key(trial: TrialArrays, use: int) -> Array:
  """The random key of one use in a trial."""
  return jax.random.fold_in(jax.random.key(trial.seed), use)


def sample_step(
  trial: TrialArrays, step: Int[Array, ''], augment: str, config: InputConfig
) -> StepSample:
  """Draws the random choices of a step; they depend only on trial and step."""
  clips, draw = trial.order[step - trial.first], AUGMENTATIONS[augment]

  def key(use):
    return jax.random.fold_in(trial_key(trial, use), step)

  return StepSample(
    clips=clips,
    places=config.places(key(SAMPLE), len(clips)),
    look=draw(key(AUGMENT), len(clips)) if draw else None,
    filming=filming.filmed(key(FILM), len(clips), config.frames),
    stills=stills.drawn(key(STILL), len(clips), config),
  )


def training_batch(
  data: DeviceData, normalisation: Normalisation, shown: StepSample, config: InputConfig
) -> Batch:
  """Gathers, augments and normalises the batch of a step."""
  windows = _windows(data, shown)
  video = _gathered(data, windows)
  motion = None if data.at_rest is None else shown.filming
  varied = shown.stills and stills.of_windows(shown.stills, windows)
  if varied:
    video = stills.shown(video, varied)
    motion = stills.with_motion(varied, motion)
  if motion is not None:
    look = plain(len(video)) if shown.look is None else shown.look
    each = filming.frame_looks(look, motion)
    noise = filming.noise(motion, video.shape[1:])
    video = vary(video, look, data.black_sides, each, noise)
  elif shown.look is not None:
    video = vary(video, shown.look, data.black_sides)
  lengths = data.lengths[shown.clips]
  if varied:
    lengths = stills.shown_lengths(lengths, varied, config.frames)
  clips = network_input(video, lengths, normalisation, config)
  return Batch(clips, data.targets[shown.clips])


def eval_views(
  data: DeviceData,
  normalisation: Normalisation,
  clips: Int[Array, 'b'],
  config: InputConfig,
) -> list[NetworkInput]:
  """Gathers and normalises clips, once for each of the input's views."""
  video, lengths = _gathered(data, data.windows[clips]), data.lengths[clips]
  return [network_input(v, lengths, normalisation, config) for v in config.seen(video)]


def _windows(data: DeviceData, shown: StepSample) -> Int[Array, 'b t']:
  """The indices of the shown frames; short clips are shown completely."""
  windows, candidates = data.windows[shown.clips], data.candidates[shown.clips]
  if shown.places is None:
    return windows
  num_candidates = data.num_candidates[shown.clips][:, None]
  nearest = jnp.round(shown.places * (num_candidates - 1)).astype(jnp.int32)
  chosen = jnp.take_along_axis(candidates, nearest, axis=1)
  return jnp.where(num_candidates > windows.shape[1], chosen, windows)


def _gathered(
  data: DeviceData, windows: Int[Array, 'b t']
) -> Float[Array, 'b t h w 3']:
  return data.frames[windows].astype(jnp.float32)
