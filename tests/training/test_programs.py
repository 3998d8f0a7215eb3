import dataclasses

import jax
import numpy as np
import pytest
from small import programs

from stc_jax.data import device_data
from stc_jax.training.waves import filled, take, turns, waves


@pytest.fixture(scope='module')
def one():
  """The programs of one trial at a time, compiled once for most tests here."""
  return programs.programs(1, programs.tiny())


@pytest.fixture(scope='module')
def three():
  """The programs of three trials at a time."""
  return programs.programs(3, programs.tiny())


def test_steps_past_the_last_stage_do_nothing(one):
  tiny, made = programs.tiny(), one
  trials = made.put_trials(take(tiny.arrays, np.array([0])))
  shared = made.put_shared(device_data.device_arrays(tiny.clip_set))
  states = made.init(trials)
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


def test_the_first_step_whose_loss_is_no_number_is_named(one):
  tiny, made = programs.tiny(), one
  trials = made.put_trials(take(tiny.arrays, np.array([0])))
  shared = made.put_shared(device_data.device_arrays(tiny.clip_set))
  states, _ = made.train_chunk(shared, trials, made.init(trials))
  broken = jax.tree.map(lambda leaf: leaf * np.nan, states.params)
  _, progress = made.train_chunk(shared, trials, states.replace(params=broken))
  assert progress.diverged[0] == 5


def test_parameters_that_are_no_numbers_after_the_last_step_are_noticed(one):
  tiny, made = programs.tiny(), one
  trials = made.put_trials(take(tiny.arrays, np.array([0])))
  shared = made.put_shared(device_data.device_arrays(tiny.clip_set))
  states = made.init(trials)
  last = jax.tree.map(np.array, jax.device_get(states))
  last.params['fc']['bias'][:] = np.nan
  last = last.replace(step=last.step + programs.TRAINING.steps)
  _, progress = made.train_chunk(shared, trials, made.put_trials(last))
  assert progress.diverged[0] == programs.TRAINING.steps


def test_a_state_s_memory_goes_to_the_next(one):
  tiny, made = programs.tiny(), one
  trials = made.put_trials(take(tiny.arrays, np.array([0])))
  shared = made.put_shared(device_data.device_arrays(tiny.clip_set))
  states = made.init(trials)
  made.train_chunk(shared, trials, states)
  assert all(leaf.is_deleted() for leaf in jax.tree.leaves(states))


def test_one_compilation_serves_every_wave(three):
  three.compile_all()
  seconds = three.compile_seconds
  for wave in waves(np.arange(5), 3):
    programs.train(three, programs.tiny(), wave)
  assert three.compile_seconds == seconds


@pytest.mark.parametrize(('pending', 'size'), [(5, 2), (1, 4), (4, 4), (40, 7)])
def test_waves_are_full_and_name_every_trial(pending, size):
  made = waves(np.arange(pending), size)
  assert {len(wave) for wave in made} == {size}
  assert set(np.concatenate(made)) == set(range(pending))


def test_training_learns():
  """A few clips by heart, in inference mode: gradients and running statistics work."""
  training = dataclasses.replace(
    programs.TRAINING,
    stages=((120, 0.01),),
    augment='none',
    batch_size=15,
  )
  network = dataclasses.replace(programs.NETWORK, dropout=0.0)
  tiny = programs.tiny(training)
  trial = tiny.trials[0]
  shown = trial.train[:15]
  fitted = tiny.arrays._replace(test=np.tile(shown, (40, 1)).astype(np.int32))
  trials = [dataclasses.replace(t, test=shown) for t in tiny.trials]
  tiny = dataclasses.replace(tiny, arrays=fitted, trials=trials)
  made = programs.programs(1, tiny, training, network)
  _, scores = programs.train(made, tiny, [0], training.steps)
  labels = tiny.clip_set.targets[trial.train[:15]]
  assert (scores[0].argmax(axis=1) == labels).all()


@pytest.mark.parametrize(
  ('pending', 'size', 'time'), [(3, 2, 1.5), (7, 4, 1.75), (6, 4, 1.5), (5, 2, 2.5)]
)
def test_trials_take_turns_so_that_no_device_idles(pending, size, time):
  chunks = 100
  made = turns(np.arange(pending), size, chunks)
  assert all(len(set(turn.numbers)) == size for turn in made)
  done = sum(
    np.bincount(turn.numbers, minlength=pending) * turn.chunks for turn in made
  )
  assert done.min() >= chunks
  assert sum(turn.chunks for turn in made) == time * chunks


def test_a_trial_that_has_ended_takes_no_turn():
  assert filled(np.array([4, 7, 9]), {7}).tolist() == [4, 9, 4]
  assert not len(filled(np.array([4, 7]), {4, 7}))
