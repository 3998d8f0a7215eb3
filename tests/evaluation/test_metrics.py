import numpy as np
import pytest

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
