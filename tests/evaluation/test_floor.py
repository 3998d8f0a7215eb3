import clip_sets
import numpy as np

from stc_jax.data import folds
from stc_jax.evaluation import floor

PROTOCOL = folds.ProtocolConfig(
  folds=3, repeats=1, unit='subject', seed=0, first_trials=0
)


def test_chance_is_the_most_frequent_training_class():
  labels = np.array([2, 2, 0, 1, 2, 0])
  trial = folds.Trial(0, 0, 0, train=np.array([0, 1, 2]), test=np.array([3, 4, 5]))
  assert floor.chance_accuracy(labels, trial) == 1 / 3


def test_hog_sees_edges_and_not_brightness():
  ramp = np.tile(np.arange(0, 128, 2, dtype=np.uint8)[:, None, None], (1, 64, 3))
  dark, bright, turned = floor.hog([ramp // 2, ramp, ramp.transpose(1, 0, 2)])
  np.testing.assert_allclose(dark, bright, atol=0.05)
  energy = [f.reshape(-1, 9).sum(axis=0).argmax() for f in (bright, turned)]
  assert energy[0] != energy[1]


def test_the_floor_learns_and_does_not_see_test_labels():
  clip_set = clip_sets.random(subjects=9)
  trial = folds.trials(clip_set, PROTOCOL)[0]
  rng = np.random.default_rng(0)
  features = np.eye(3)[clip_set.labels] + rng.normal(0, 0.1, (27, 3))
  assert floor.floor_accuracy(features, clip_set.labels, trial) == 1
  labels = clip_set.labels.copy()
  labels[trial.test] = (labels[trial.test] + 1) % 3
  assert floor.floor_accuracy(features, labels, trial) == 0
