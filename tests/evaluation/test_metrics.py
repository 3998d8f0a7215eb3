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
  assert found['uar'] == pytest.approx((2 / 3 + 1 / 2) / 2)
  # Of fear nothing is known: it has neither clips nor predictions.
  assert found['macro_f1'] == pytest.approx((2 / 3 + 1 / 2) / 2)
  assert found['absent'] == ['fear']


def test_a_class_that_is_said_without_clips_or_never_said_counts_as_zero():
  said = metrics.classification(np.array([0, 1]), np.array([0, 2]), CLASSES)
  assert said['macro_f1'] == pytest.approx((1 + 0 + 0) / 3)
  assert said['uar'] == pytest.approx((1 + 0) / 2)
  assert said['absent'] == []
