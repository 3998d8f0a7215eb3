"""Frames on the host: their chunks, a resumed run, its memory."""

import dataclasses

import jax
import numpy as np
import pytest
from small import programs
from small.script import report

from stc_jax.data import device_data, host_data


def leaves(tree):
  return jax.tree.leaves_with_path(tree)


def same(one, two):
  for (path, a), (_, b) in zip(leaves(one), leaves(two), strict=True):
    np.testing.assert_array_equal(a, b, err_msg=jax.tree_util.keystr(path))


def test_a_chunk_holds_what_its_steps_show():
  clip_set = programs.tiny().clip_set
  clip_set = dataclasses.replace(clip_set, at_rest=clip_set.targets == 1)
  examples = np.random.default_rng(0).integers(len(clip_set), size=(4, 6))
  whole = device_data.device_arrays(clip_set)
  for parts in (1, 2, 3):
    layout = host_data.layout(4, 6, parts)
    for place in range(parts):
      own = host_data.part(clip_set, examples, place, parts)
      rows = slice(place * 6 // parts, (place + 1) * 6 // parts)
      shown, here = examples[:, rows].ravel(), layout[:, rows].ravel()
      for name in ('windows', 'candidates'):
        wanted = whole.frames[getattr(whole, name)[shown]]
        np.testing.assert_array_equal(own.frames[getattr(own, name)[here]], wanted)
      for name in ('lengths', 'num_candidates', 'targets', 'at_rest'):
        np.testing.assert_array_equal(
          getattr(own, name)[here], getattr(whole, name)[shown]
        )


def test_chunks_come_in_their_order_and_errors_reach_the_reader():
  assert list(host_data.ahead(lambda i: i * i, 20)) == [i * i for i in range(20)]

  def broken(number):
    if number == 3:
      raise OSError('gone')
    return number

  with pytest.raises(OSError, match='gone'):
    list(host_data.ahead(broken, 5))


def test_a_run_goes_on_from_where_each_trial_is():
  """Trials that were stopped at different steps read on, each from its own."""
  tiny = programs.tiny()
  placement, numbers = tiny.on_host(), np.array([5, 9])
  made = programs.programs(2, tiny, placement=placement)
  whole, _ = programs.train(made, tiny, [5, 9], placement=placement)
  data, trials, _ = next(placement.chunks(made, numbers, np.zeros(2, int)))
  first = made.init(trials)
  later, _ = made.train_chunk(data, trials, made.init(trials))
  mixed = jax.tree.map(
    lambda a, b: np.stack([a[0], b[1]]), *jax.device_get((first, later))
  )
  at = mixed.step.copy()
  states = made.put_trials(mixed)
  for given in placement.chunks(made, numbers, at):
    states, _ = made.train_chunk(given.data, given.arrays, states)
  same(jax.device_get(states), whole)


@pytest.mark.slow
def test_memory_does_not_grow_with_frames_on_the_host():
  frame = int(np.prod(programs.tiny().clip_set.frames.shape[1:]))
  few, many = 100_000, 800_000
  peaks = [int(report('streamed_memory.py', str(n), devices=1)) for n in (few, many)]
  assert peaks[1] - peaks[0] < 0.2 * (many - few) * frame
