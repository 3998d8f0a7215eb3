import numpy as np
import pytest
from scipy import stats

from stc_jax.evaluation import metrics

CLASSES = ('anger', 'disgust', 'fear')


def test_counts_by_hand():
  labels = np.array([0, 0, 0, 1, 1])
  predicted = np.array([0, 0, 1, 1, 0])
  found = metrics.classification(labels, predicted, CLASSES)
  assert found['confusion'] == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
  assert found['class_accuracy'] == {
    'anger': pytest.approx(2 / 3),
    'disgust': 0.5,
    'fear': None,
  }
  assert found['macro_f1'] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_the_interval_is_students():
  accuracies = np.array([0.5, 0.6, 0.65, 0.55])
  found = metrics.mean_and_interval(accuracies)
  expected = stats.ttest_1samp(accuracies, 0).confidence_interval(0.95)
  assert found['accuracy_mean'] == pytest.approx(0.575)
  assert found['accuracy_std'] == pytest.approx(np.std(accuracies, ddof=1))
  assert found['accuracy_ci95'] == pytest.approx(list(expected))


def test_one_trial_has_no_interval():
  found = metrics.mean_and_interval(np.array([0.5]))
  assert found == {'accuracy_mean': 0.5, 'accuracy_std': None, 'accuracy_ci95': None}
