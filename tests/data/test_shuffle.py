import numpy as np

from stc_jax.data import shuffle

TRAIN = np.array([3, 5, 8, 13, 21, 34, 55])


def test_every_clip_is_shown_once_before_any_comes_again():
  shown = shuffle.draw(seed=7, train=TRAIN, steps=9, batch_size=4).ravel()
  assert shown.dtype == np.int32
  epochs = [shown[i : i + len(TRAIN)] for i in range(0, 28, len(TRAIN))]
  for epoch in epochs:
    assert sorted(epoch) == TRAIN.tolist()
  assert len({epoch.tobytes() for epoch in epochs}) == len(epochs)


def test_a_batch_larger_than_the_training_side():
  (shown,) = shuffle.draw(seed=0, train=TRAIN, steps=1, batch_size=17)
  assert sorted(shown[:7]) == sorted(shown[7:14]) == TRAIN.tolist()


def test_more_steps_only_add_to_fewer():
  few = shuffle.draw(seed=1, train=TRAIN, steps=5, batch_size=4)
  many = shuffle.draw(seed=1, train=TRAIN, steps=50, batch_size=4)
  np.testing.assert_array_equal(many[:5], few)


def test_seeds_differ():
  one, other = (shuffle.draw(s, TRAIN, steps=5, batch_size=4) for s in (1, 2))
  assert (one != other).any()
