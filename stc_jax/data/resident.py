"""Clips that live in device memory, and the batches drawn from them there."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from stc_jax.data.augment import VARIANTS, vary
from stc_jax.data.folds import Trial


class Resident(NamedTuple):
  """All clips of a set; every trial reads the same.

  Attributes:
    clips: the frames, fixed length.
    labels: their classes.
    means, squares: each clip's mean and mean square a channel, in units of 0..1, from
      which a training fold's statistics follow without another pass over its pixels.
  """

  clips: UInt8[Array, 'n t h w c']
  labels: Int[Array, 'n']
  means: Float[Array, 'n c']
  squares: Float[Array, 'n c']


class TrialIndices(NamedTuple):
  """Trials as arrays; fields have a leading trial axis outside a step.

  Attributes:
    seed: uint32.
    train, test: clip indices, padded to the longest trial's.
    train_count, test_count: how many of them are real.
  """

  seed: Int[Array, '*trials']
  train: Int[Array, '*trials n']
  train_count: Int[Array, '*trials']
  test: Int[Array, '*trials m']
  test_count: Int[Array, '*trials']


def resident(clips: UInt8[np.ndarray, 'n t h w c'], labels: np.ndarray) -> Resident:
  """Measures the clips; still on the host."""
  unit = [clip / np.float64(255) for clip in clips]
  return Resident(
    clips=clips,
    labels=labels.astype(np.int32),
    means=np.array([clip.mean(axis=(0, 1, 2)) for clip in unit], np.float32),
    squares=np.array([(clip**2).mean(axis=(0, 1, 2)) for clip in unit], np.float32),
  )


def stack_trials(trials: list[Trial], batch_size: int) -> TrialIndices:
  """Pads trials to one shape with index 0, test indices to whole batches.

  Give it all trials of a run and take rows afterwards, so that one program serves all.
  """

  def padded(rows, multiple):
    length = -(-max(map(len, rows)) // multiple) * multiple
    return np.stack([np.pad(row, (0, length - len(row))) for row in rows]).astype(
      np.int32
    )

  return TrialIndices(
    seed=np.array([trial.seed for trial in trials], np.uint32),
    train=padded([trial.train for trial in trials], 1),
    train_count=np.array([len(trial.train) for trial in trials], np.int32),
    test=padded([trial.test for trial in trials], batch_size),
    test_count=np.array([len(trial.test) for trial in trials], np.int32),
  )


def training_batch(
  data: Resident,
  trial: TrialIndices,
  step: Int[Array, ''],
  key: Array,
  size: int,
  augment: bool,
) -> tuple[Float[Array, 'b t h w c'], Int[Array, 'b']]:
  """The video and labels of one step: a function of the trial, step and key alone.

  Clips are drawn without replacement until all were seen, then shuffled anew; with
  `augment`, each is shown as one of the paper's 14 variants at random.
  """
  shuffle_key, variant_key = jax.random.split(key)
  epoch, place = jnp.divmod(step * size + jnp.arange(size), trial.train_count)
  orders = jax.vmap(lambda e: _permutation(jax.random.fold_in(shuffle_key, e), trial))
  index = jnp.take_along_axis(orders(epoch), place[:, None], axis=1)[:, 0]
  video = data.clips[index].astype(jnp.float32)
  if augment:
    draw = jax.random.fold_in(variant_key, step)
    video = vary(video, jax.random.randint(draw, (size,), 0, VARIANTS))
  return normalise(video, data, trial), data.labels[index]


def normalise(
  video: Float[Array, 'b t h w c'], data: Resident, trial: TrialIndices
) -> Float[Array, 'b t h w c']:
  """From 0..255 to zero mean and unit variance over the training fold's pixels."""
  real = jnp.arange(trial.train.shape[0]) < trial.train_count
  weights = jnp.where(real, 1.0 / trial.train_count.astype(jnp.float32), 0.0)
  mean = weights @ data.means[trial.train]
  variance = weights @ data.squares[trial.train] - mean**2
  return (video / 255.0 - mean) * jax.lax.rsqrt(variance + 1e-6)


def _permutation(key: Array, trial: TrialIndices) -> Int[Array, 'n']:
  """The training indices in the order of one epoch, padding last."""
  draws = jax.random.uniform(key, trial.train.shape)
  real = jnp.arange(trial.train.shape[0]) < trial.train_count
  return trial.train[jnp.argsort(jnp.where(real, draws, jnp.inf))]
