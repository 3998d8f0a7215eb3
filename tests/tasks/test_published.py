"""The published figures agree with each other."""

import numpy as np
import pytest

from stc_jax.tasks import published


@pytest.mark.parametrize('name', published.CONFUSIONS)
def test_confusions_agree_with_the_accuracy(name):
  rows = np.array(published.CONFUSIONS[name])
  assert rows.shape == 2 * (len(published.CLASSES),)
  np.testing.assert_allclose(rows.sum(axis=1), 100)
  right = rows.diagonal()
  assert right.min() < published.REPORTED[name]['STC-NLSTM'] < right.max()


@pytest.mark.parametrize('name', published.REPORTED)
def test_the_paper_s_method_is_the_best_that_it_names(name):
  others = published.QUOTED[name] | published.REPORTED[name]
  best = others.pop('STC-NLSTM')
  assert best > max(others.values())
