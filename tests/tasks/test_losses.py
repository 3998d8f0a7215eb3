from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.tasks.classification import Classification
from stc_jax.tasks.detection import Detection
from stc_jax.tasks.registry import TaskConfig

AUS = np.array([[0, 1, 9], [1, 1, 9], [0, 0, 0], [9, 9, 9], [0, 1, 1]], np.int8)
LOGITS = np.random.default_rng(0).normal(size=AUS.shape).astype(np.float32)


@pytest.mark.parametrize('balanced', [False, True])
def test_unknown_action_units_count_nowhere(balanced):
  task = Detection(balanced=balanced)
  weights = task.weights(AUS, 3)
  marks = task.targets(jnp.asarray(AUS), jnp.asarray(weights))
  found = task.losses(jnp.asarray(LOGITS), marks)
  right = task.sums(jnp.asarray(LOGITS), marks)['correct']
  all_right = 0.0
  for row, logits, loss in zip(AUS, LOGITS, found, strict=True):
    known = [k for k in range(3) if row[k] != 9]
    wanted, hits = 0.0, 0
    for k in known:
      p = 1 / (1 + np.exp(-np.float64(logits[k])))
      truth = row[k]
      own = AUS[AUS[:, k] != 9, k]
      weight = 0.5 / np.mean(own == row[k]) if balanced else 1.0
      wanted -= weight * (truth * np.log(p) + (1 - truth) * np.log(1 - p))
      hits += (p > 0.5) == row[k]
    np.testing.assert_allclose(loss, wanted / max(len(known), 1), rtol=1e-5)
    all_right += hits / max(len(known), 1)
  np.testing.assert_allclose(right, all_right, rtol=1e-6)
  gradient = jax.grad(lambda x: task.losses(x, marks).sum())(jnp.asarray(LOGITS))
  assert (np.asarray(gradient)[AUS == 9] == 0).all()
  assert (np.asarray(gradient)[AUS != 9] != 0).all()


def test_rare_classes_are_told_by_a_wider_margin():
  labels, classes = np.array([0, 0, 0, 1, 1, 2]), 4  # nobody shows the last
  task = Classification(adjustment=0.5)
  logits = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
  weights = jnp.asarray(task.weights(labels, classes))
  found = task.losses(jnp.asarray(logits), task.targets(jnp.asarray(labels), weights))
  odds = np.exp(logits.astype(np.float64)) * np.sqrt([3, 2, 1, 1])
  wanted = -np.log(odds[np.arange(6), labels] / odds.sum(axis=1))
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_classes_that_are_as_frequent_are_learnt_as_without():
  labels = np.array([2, 1, 0, 1, 0, 2])
  np.testing.assert_array_equal(Classification(adjustment=1.0).weights(labels, 3), 0)


@pytest.mark.parametrize('adjustment', [0.0, 1.0])
def test_rest_is_expected_twelve_times_as_often_as_all_expressions(adjustment):
  labels = np.array([0, 0, 0, 1, 2, 2, 2])
  offsets = Classification(adjustment).weights(labels, 3, labels == 2)
  expected = np.bincount(labels) / np.exp(offsets)
  expected /= expected.sum()
  wanted = (1 / 26, 1 / 26) if adjustment else (3 / 52, 1 / 52)
  np.testing.assert_allclose(expected, (*wanted, 12 / 13), rtol=1e-6)


@pytest.mark.parametrize(
  ('kind', 'aus'),
  [
    ('detection', ()),
    ('detection', (1, 1)),
    ('detection', (0,)),
    ('tracking', ()),
    ('classification', (1,)),
  ],
)
def test_a_task_that_is_none_is_refused(kind, aus):
  with pytest.raises(InputError, match=r'kind|aus'):
    TaskConfig(kind, aus, logit_adjustment=0.0, positive_weight='none')


def clip_set_of(targets, names):
  return SimpleNamespace(name='some set', names=names, targets=targets)


def test_a_training_side_that_teaches_nothing_is_refused():
  trial = Trial(repeat=0, fold=1, seed=0, train=np.arange(2), test=np.arange(2, 3))
  units = clip_set_of(np.zeros((3, 2), np.int8), ('AU1', 'AU12'))
  with pytest.raises(InputError, match=r'no frame of the training side .* shows AU1;'):
    Detection(aus=(1, 12)).check_trial(units, trial)
  one_class = clip_set_of(np.array([1, 1, 0]), ('happy', 'sad'))
  with pytest.raises(InputError, match=r'0-1: .* has one class alone \(sad\)'):
    Classification().check_trial(one_class, trial)
