"""A tiny run's programs and data, for any number of devices."""

import dataclasses
import functools

import clip_sets
import jax
import numpy as np

from stc_jax.data import protocols, resident
from stc_jax.models.config import NestedConfig
from stc_jax.models.zoo import build
from stc_jax.training.mesh import make_mesh
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.programs import Programs
from stc_jax.training.tasks import Classification
from stc_jax.training.waves import take

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
  label_smoothing=0.1,
  augment='strong',
  mixup=0.3,
)
PROTOCOL = protocols.ProtocolConfig(
  kind='folds', folds=10, repeats=4, unit='subject', seed=0
)
CHUNK = 4
INPUT = dataclasses.replace(clip_sets.INPUT, training_sampling='jittered')


@dataclasses.dataclass(frozen=True)
class Tiny:
  """All 40 trials of a set of 11 subjects."""

  data: resident.Resident
  trials: list[protocols.Trial]
  arrays: resident.TrialArrays


def tiny(training: TrainingConfig = TRAINING) -> Tiny:
  plain = clip_sets.random(subjects=11)
  candidates = np.repeat(plain.windows, 2, axis=1)  # other frames each time
  clip_set = dataclasses.replace(
    plain, candidates=candidates, choices=2 * plain.choices
  )
  trials = protocols.trials(clip_set, PROTOCOL)
  return Tiny(
    resident.resident(clip_set),
    trials,
    resident.trial_arrays(clip_set, trials, training.steps, training.batch_size),
  )


def programs(
  wave_size: int,
  tiny: Tiny,
  training: TrainingConfig = TRAINING,
  network: NestedConfig = NETWORK,
  devices_per_trial: int = 1,
) -> Programs:
  """Compiled for waves of so many trials on all devices."""
  return Programs(
    build=functools.partial(build, 'stc_nlstm', network, len(clip_sets.CLASSES)),
    task=Classification(training.label_smoothing),
    training=training,
    input_config=INPUT,
    chunk=CHUNK,
    data=tiny.data,
    wave=take(tiny.arrays, np.zeros(wave_size, int)),
    mesh=make_mesh(devices_per_trial),
  )


def train(made: Programs, tiny: Tiny, numbers: list[int], steps: int = TRAINING.steps):
  """Trains and tests the trials `numbers` in one wave; host arrays come back."""
  trials = made.put_trials(take(tiny.arrays, np.array(numbers)))
  shared = made.put_shared(tiny.data)
  states = made.init(shared, trials)
  for _ in range(-(-steps // CHUNK)):
    states, _ = made.train_chunk(shared, trials, states)
  scores = made.predict(shared, trials, states.variables)
  return jax.device_get((states, scores))
