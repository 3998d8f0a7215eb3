"""Trials as arrays: what the steps of each trial read besides the clips."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Int

from stc_jax.data import shuffle
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import Normalisation
from stc_jax.data.protocols import Trial

# Other clips for each clip at rest that is shown.
_OTHERS = 2
# Avoids division by 0 for pictures of one colour; in units of 0..1 squared.
_LEAST_VARIANCE = 1e-6


class TrialArrays(NamedTuple):
  """Trials as arrays; outside a step the fields have a leading trial axis.

  Attributes:
    seed: uint32.
    first: the step of the first row of `order`.
    order: the clips that each step shows.
    test: the test clips, padded to whole batches with clip 0.
    sample: training clips that are also predicted, evenly spread and padded likewise.
    normalisation: the normalisation by the training clips.
    weights: the task's weights, computed from the training targets.
  """

  seed: Int[Array, '*trials']
  first: Int[Array, '*trials']
  order: Int[Array, '*trials steps b']
  test: Int[Array, '*trials m']
  sample: Int[Array, '*trials k']
  normalisation: Normalisation
  weights: Array


def trial_arrays(
  clip_set: ClipSet,
  trials: list[Trial],
  steps: int,
  batch_size: int,
  weights: Callable[[np.ndarray, int, np.ndarray | None], np.ndarray],
  sample: int = 0,
  balanced: bool = False,
) -> TrialArrays:
  """Stacks trials to arrays of one shape, on the host.

  Pass all trials of a protocol and select rows afterwards, so that one program serves
  all.

  Args:
    clip_set: the set.
    trials: the whole protocol's.
    steps: of training.
    batch_size: clips of a step.
    weights: computes the task's weights; see `tasks.task.Task.weights`.
    sample: the number of training clips that are also predicted.
    balanced: shows sets, and the classes of each set, equally often.
  """
  most = max(len(trial.test) for trial in trials)
  tested = max(1, -(-most // batch_size)) * batch_size
  sampled = -(-sample // batch_size) * batch_size
  shown, order = zip(
    *[_order(clip_set, trial, steps, batch_size, balanced) for trial in trials],
    strict=True,
  )
  return TrialArrays(
    seed=np.array([trial.seed for trial in trials], np.uint32),
    first=np.zeros(len(trials), np.int32),
    order=np.stack(order),
    test=np.stack([_padded(t.test, tested) for t in trials]),
    sample=np.stack([_padded(sample_of(t, sampled), sampled) for t in trials]),
    normalisation=Normalisation(
      *map(np.stack, zip(*[_measured(clip_set, t.train) for t in trials], strict=True))
    ),
    weights=np.stack([_weights(clip_set, s, weights) for s in shown]),
  )


def tested_arrays(
  trials: list[Trial], normalisations: list[Normalisation], batch_size: int
) -> TrialArrays:
  """Stacks trials of finished models, which only test.

  Args:
    trials: whose test clips are predicted.
    normalisations: of the models, in the same order.
    batch_size: clips of a step.
  """
  count = len(trials)
  most = max(len(trial.test) for trial in trials)
  tested = max(1, -(-most // batch_size)) * batch_size
  return TrialArrays(
    seed=np.zeros(count, np.uint32),
    first=np.zeros(count, np.int32),
    order=np.zeros((count, 1, batch_size), np.int32),
    test=np.stack([_padded(trial.test, tested) for trial in trials]),
    sample=np.zeros((count, 0), np.int32),
    normalisation=Normalisation(*map(np.stack, zip(*normalisations, strict=True))),
    weights=np.zeros((count, 1), np.float32),
  )


def _order(
  clip_set: ClipSet, trial: Trial, steps: int, batch_size: int, balanced: bool
) -> tuple[Int[np.ndarray, 'm'], Int[np.ndarray, 'steps b']]:
  """The clips that training shows, as often as in an epoch, and their order."""
  if not balanced:
    shown = _shown(clip_set, trial.train)
    return shown, shuffle.draw(trial.seed, shown, steps, batch_size)
  order = shuffle.draw_balanced(
    trial.seed, _cells(clip_set, trial.train), steps, batch_size
  )
  return order.ravel(), order


def _cells(
  clip_set: ClipSet, train: Int[np.ndarray, 'n']
) -> list[list[Int[np.ndarray, '_']]]:
  """The training clips of each set, by class."""
  databases, targets = np.array(clip_set.databases)[train], clip_set.targets[train]
  found = []
  for name in np.unique(databases):
    own, classes = train[databases == name], targets[databases == name]
    found.append([own[classes == number] for number in np.unique(classes)])
  return found


def _shown(clip_set: ClipSet, train: Int[np.ndarray, 'n']) -> Int[np.ndarray, 'm']:
  """The clips of an epoch: one clip at rest for every two others.

  A set has as many clips at rest as others, so the others are repeated. Stills have no
  clip at rest, so with stills there are more others.
  """
  if clip_set.at_rest is None:
    return train
  at_rest = clip_set.at_rest[train]
  return np.concatenate([np.repeat(train[~at_rest], _OTHERS), train[at_rest]])


def _weights(
  clip_set: ClipSet, shown: Int[np.ndarray, 'm'], weights: Callable
) -> np.ndarray:
  """The task's weights for the clips of an epoch."""
  at_rest = None if clip_set.at_rest is None else clip_set.at_rest[shown]
  return weights(clip_set.targets[shown], len(clip_set.names), at_rest)


def sample_of(trial: Trial, most: int) -> Int[np.ndarray, 'k']:
  """At most `most` training examples of a trial, evenly spread."""
  count = min(most, len(trial.train))
  return trial.train[np.arange(count) * len(trial.train) // max(count, 1)]


def _padded(clips: Int[np.ndarray, 'm'], length: int) -> Int[np.ndarray, '{length}']:
  return np.pad(clips, (0, length - len(clips))).astype(np.int32)


def _measured(clip_set: ClipSet, train: Int[np.ndarray, 'n']) -> Normalisation:
  """The mean and inverse deviation of the training pixels."""
  mean = clip_set.means[train].mean(axis=0, dtype=np.float64)
  square = clip_set.squares[train].mean(axis=0, dtype=np.float64)
  scale = 1 / np.sqrt(square - mean**2 + _LEAST_VARIANCE)
  return Normalisation(mean.astype(np.float32), scale.astype(np.float32))
