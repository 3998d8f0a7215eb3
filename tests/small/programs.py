"""A tiny run's programs and data, for any number of devices."""

import dataclasses
import functools
import re

import clip_sets
import jax
import numpy as np

from stc_jax.data import device_data, protocols
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.trial_arrays import TrialArrays, trial_arrays
from stc_jax.models.config import NestedConfig
from stc_jax.models.registry import build
from stc_jax.tasks.classification import Classification
from stc_jax.training.evaluate import evaluate
from stc_jax.training.mesh import make_mesh
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.placement import OnDevice, OnHost, Placement
from stc_jax.training.programs import Programs

TASK = Classification(adjustment=1.0)
NETWORK = NestedConfig(
  notation='C(3,4)-BN-P2-C(3,4)-S',
  levels=(4, 2),
  pyramid_norm=True,
  activation='relu',
  activation_place='after_norm',
  lstm_width=8,
  lstm_layers=2,
  lstm_readout='last',
  gate_bias=1.0,
  dropout=0.1,
  norm_momentum=0.9,
  dtype='float32',
  deep_supervision=True,
)
TRAINING = TrainingConfig(
  stages=((4, 0.003), (2, 0.0003)),
  batch_size=4,
  optimizer='adamw',
  momentum=0.9,
  weight_decay=0.0015,
  gradient_clip=1.0,
  augment='strong',
)
PROTOCOL = protocols.ProtocolConfig(
  kind='folds', folds=10, repeats=4, unit='subject', seed=0
)
CHUNK = 4
_COLLECTIVES = (
  'all-reduce',
  'all-gather',
  'all-to-all',
  'reduce-scatter',
  'collective-permute',
)
INPUT = dataclasses.replace(clip_sets.INPUT, training_sampling='jittered')


@dataclasses.dataclass(frozen=True)
class Tiny:
  """All 40 trials of a set of 11 subjects."""

  clip_set: ClipSet
  trials: list[protocols.Trial]
  arrays: TrialArrays

  def on_device(self) -> OnDevice:
    return OnDevice(device_data.device_arrays(self.clip_set), self.arrays)

  def on_host(self, parts: int = 1) -> OnHost:
    return OnHost(self.clip_set, self.arrays, CHUNK, parts)


def tiny(training: TrainingConfig = TRAINING) -> Tiny:
  plain = clip_sets.random(subjects=11)
  candidates = np.repeat(plain.windows, 2, axis=1)  # other frames each time
  clip_set = dataclasses.replace(
    plain, candidates=candidates, num_candidates=2 * plain.num_candidates
  )
  trials = protocols.trials(clip_set, PROTOCOL)
  return Tiny(
    clip_set,
    trials,
    trial_arrays(clip_set, trials, training.steps, training.batch_size, TASK.weights),
  )


def programs(
  wave_size: int,
  tiny: Tiny,
  training: TrainingConfig = TRAINING,
  network: NestedConfig = NETWORK,
  devices_per_trial: int = 1,
  placement: Placement | None = None,
) -> Programs:
  """Compiled for waves of so many trials on all devices."""
  return Programs(
    build=functools.partial(build, 'stc_nlstm', network, len(clip_sets.CLASSES)),
    task=TASK,
    training=training,
    input_config=INPUT,
    chunk=CHUNK,
    given=(placement or tiny.on_device()).given(wave_size),
    mesh=make_mesh(devices_per_trial),
  )


def train(
  made: Programs,
  tiny: Tiny,
  numbers: list[int],
  steps: int = TRAINING.steps,
  placement: Placement | None = None,
):
  """Trains and tests the trials `numbers` in one wave; host arrays come back."""
  placement, numbers = placement or tiny.on_device(), np.array(numbers)
  chunks = placement.chunks(made, numbers, np.zeros(len(numbers), int))
  data, trials, _ = next(chunks)
  states = made.init(trials)
  for _ in range(-(-steps // CHUNK)):
    states, _ = made.train_chunk(data, trials, states)
    data, trials, _ = next(chunks, (None, None, None))
  tested = [tiny.trials[number] for number in numbers]
  said = evaluate(made, placement, numbers, tested, states.variables)
  padded = [_padded(one.probabilities, placement.tested) for one in said]
  return jax.device_get(states), np.stack(padded)


def _padded(rows: np.ndarray, length: int) -> np.ndarray:
  return np.pad(rows, ((0, length - len(rows)), (0, 0)))


def collectives(text: str) -> list[str]:
  """Which kinds of a compiled program's operations cross devices."""
  return [name for name in _COLLECTIVES if re.search(rf'\b{name}\b', text)]
