import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from stc_jax.evaluation.metrics import calibration


def test_bins_are_those_of_scikit_learn():
  rng = np.random.default_rng(0)
  confidences = rng.uniform(0.2, 1, 500)
  rights = rng.uniform(size=500) < confidences**2
  found = calibration(confidences, rights)
  accuracies, means = calibration_curve(rights, confidences, n_bins=15)
  some = found.counts > 0
  np.testing.assert_allclose(found.accuracies[some], accuracies)
  np.testing.assert_allclose(found.confidences[some], means)
  gaps = np.abs(accuracies - means) * found.counts[some]
  assert found.error == pytest.approx(gaps.sum() / 500)


def test_a_case_by_hand():
  confidences = np.array([0.0, 1 / 3, 0.5, 1.0])
  rights = np.array([True, True, False, True])
  found = calibration(confidences, rights, bins=3)
  assert found.counts.tolist() == [2, 1, 1]
  assert found.error == pytest.approx((2 * (1 - 1 / 6) + 0.5 + 0) / 4)
