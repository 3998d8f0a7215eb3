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


# For each of three sets and each of its classes, the clips.
CELLS = (
  (np.arange(0, 2), np.arange(2, 12), np.arange(12, 15)),
  (np.arange(15, 50), np.arange(50, 51)),
  (np.arange(51, 60),),
)


def spread(counts):
  """The largest difference after any step between the columns."""
  return (counts.max(axis=1) - counts.min(axis=1)).max()


def test_sets_classes_and_clips_occur_equally_often_up_to_any_step():
  shown = shuffle.draw_balanced(seed=3, cells=CELLS, steps=100, batch_size=7).ravel()
  so_far = np.cumsum(shown[:, None] == np.arange(60), axis=0)
  of_sets = []
  for classes in CELLS:
    of_classes = [so_far[:, clips] for clips in classes]
    assert all(spread(counts) <= 1 for counts in of_classes)
    totals = np.stack([counts.sum(axis=1) for counts in of_classes], axis=1)
    assert spread(totals) <= 1
    of_sets.append(totals.sum(axis=1))
  assert spread(np.stack(of_sets, axis=1)) <= 1
  assert so_far[-1].min() > 0


def test_a_balanced_order_depends_on_the_seed_and_only_grows():
  one, other = (shuffle.draw_balanced(s, CELLS, 20, 4) for s in (1, 2))
  assert (one != other).any()
  longer = shuffle.draw_balanced(1, CELLS, 90, 4)
  np.testing.assert_array_equal(longer[:20], one)
