import dataclasses

import jax
import numpy as np
import programs
import pytest

from stc_jax.training import loop


def test_a_trial_alone_equals_the_trial_in_the_stack():
  tiny = programs.tiny()
  stacked = programs.train(programs.programs(3, tiny), tiny, [7, 0, 33])
  alone = programs.train(programs.programs(1, tiny), tiny, [33])
  for together, single in zip(
    jax.tree.leaves(loop.take(stacked, 2)),
    jax.tree.leaves(loop.take(alone, 0)),
    strict=True,
  ):
    np.testing.assert_array_equal(together, single)


def test_steps_past_the_last_stage_do_nothing():
  tiny = programs.tiny()
  made = programs.programs(1, tiny)
  trials = made.put_trials(loop.take(tiny.arrays, np.array([0])))
  shared = made.put_shared(tiny.data)
  states = made.init(shared, trials)
  for _ in range(2):  # 2 chunks of 4, for 6 steps
    states, progress = made.train_chunk(shared, trials, states)
  finished = jax.device_get(states)
  assert finished.step[0] == programs.TRAINING.steps == 6
  assert (finished.curves['loss'][0] > 0).all()
  assert progress.diverged[0] == 0
  states, _ = made.train_chunk(shared, trials, states)
  for before, after in zip(
    jax.tree.leaves(finished), jax.tree.leaves(jax.device_get(states)), strict=True
  ):
    np.testing.assert_array_equal(before, after)


def test_the_first_step_whose_loss_is_no_number_is_named():
  tiny = programs.tiny()
  made = programs.programs(1, tiny)
  trials = made.put_trials(loop.take(tiny.arrays, np.array([0])))
  shared = made.put_shared(tiny.data)
  states, _ = made.train_chunk(shared, trials, made.init(shared, trials))
  broken = jax.tree.map(lambda leaf: leaf * np.nan, states.params)
  _, progress = made.train_chunk(shared, trials, states.replace(params=broken))
  assert progress.diverged[0] == 5


def test_one_compilation_serves_every_wave():
  tiny = programs.tiny()
  made = programs.programs(2, tiny)
  made.compile_all()
  seconds = made.compile_seconds
  for wave in loop.waves(np.arange(5), 2):
    programs.train(made, tiny, wave)
  assert made.compile_seconds == seconds


@pytest.mark.parametrize(('pending', 'size'), [(5, 2), (1, 4), (4, 4), (40, 7)])
def test_waves_are_full_and_name_every_trial(pending, size):
  made = loop.waves(np.arange(pending), size)
  assert {len(wave) for wave in made} == {size}
  assert set(np.concatenate(made)) == set(range(pending))


def test_training_learns():
  """A few clips by heart, in inference mode: gradients and running statistics work."""
  training = dataclasses.replace(
    programs.TRAINING,
    stages=((120, 0.01),),
    augment=False,
    label_smoothing=0.0,
    batch_size=15,
  )
  network = dataclasses.replace(programs.NETWORK, dropout=0.0)
  tiny = programs.tiny(training)
  trial = tiny.trials[0]
  fitted = tiny.arrays._replace(
    test=np.tile(trial.train[:15], (40, 1)).astype(np.int32)
  )
  tiny = dataclasses.replace(tiny, arrays=fitted)
  made = programs.programs(1, tiny, training, network)
  _, scores = programs.train(made, tiny, [0], training.steps)
  labels = tiny.data.labels[trial.train[:15]]
  assert (scores[0].argmax(axis=1) == labels).all()
