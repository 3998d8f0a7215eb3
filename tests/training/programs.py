"""A tiny run's programs and material, for any number of devices."""

import clip_sets
import jax
import numpy as np

from stc_jax.data import folds, resident, source
from stc_jax.models import stc
from stc_jax.models.stc import ModelConfig
from stc_jax.training import loop
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.trials import Programs, trial_mesh

MODEL = ModelConfig(
  name='stc_nlstm',
  notation='I(16,16,4)-C(3,4)-BN-P2-C(3,4)-S',
  remove_appearance=True,
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
)
TRAINING = TrainingConfig(
  stages=((4, 0.003), (2, 0.0003)),
  batch_size=4,
  optimizer='adamw',
  momentum=0.9,
  weight_decay=0.0015,
  gradient_clip=1.0,
  label_smoothing=0.1,
  augment=True,
  steps_per_chunk=4,
  trials_per_device=1,
  checkpoint_seconds=60.0,
)
PROTOCOL = folds.ProtocolConfig(
  folds=10, repeats=4, unit='subject', seed=0, first_trials=0
)


def material():
  """The data and all 40 trials of a set of 11 subjects."""
  clip_set = clip_sets.random(subjects=11)
  clips = source.fixed_length(clip_set, 4, 16, 16, frame_rate=0.0)
  trials = folds.trials(clip_set, PROTOCOL)
  stack = resident.stack_trials(trials, TRAINING.batch_size)
  return resident.resident(clips, clip_set.labels), stack


def programs(wave_size, data, stack):
  """Compiled for waves of so many trials on all devices."""
  model = stc.build(MODEL, 3)
  wave = loop.take(stack, np.zeros(wave_size, int))
  return Programs(model, TRAINING, data, wave, trial_mesh())


def train(made, data, stack, numbers):
  """Trains and tests the trials `numbers` in one wave; host arrays come back."""
  trials = made.put_trials(loop.take(stack, np.array(numbers)))
  shared = made.put_shared(data)
  states = made.init(shared, trials)
  for _ in range(-(-TRAINING.steps // TRAINING.steps_per_chunk)):
    states, _ = made.train_chunk(shared, trials, states)
  scores = made.predict(shared, trials, states.variables)
  return jax.device_get((states, scores))
