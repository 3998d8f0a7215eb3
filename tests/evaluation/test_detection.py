"""Scores of action units against scikit-learn's, and against loops."""

import numpy as np
import pytest
from sklearn import metrics

from stc_jax.evaluation import detection


def cases(unknown: bool, seed: int = 0):
  rng = np.random.default_rng(seed)
  targets = rng.choice([0, 1], (200, 5), p=(0.7, 0.3)).astype(np.int8)
  scores = np.clip(0.3 * targets + rng.random((200, 5)) * 0.7, 0, 1)
  scores = scores.round(2)  # ties, too
  if unknown:
    targets[rng.random(targets.shape) < 0.3] = 9
  targets[:, 4] = 0  # never shown
  return targets, scores


@pytest.mark.parametrize('unknown', [False, True])
@pytest.mark.parametrize('seed', range(5))
def test_scores_equal_scikit_learn_s(unknown, seed):
  targets, scores = cases(unknown, seed)
  said = scores >= 0.5
  groups = np.arange(200) % 7
  counts = detection.count(targets, said, groups, 7)
  pooled = detection.Counts(*(cell.sum(axis=0) for cell in counts))
  ranked = detection.ranking(targets, scores)
  for au in range(5):
    known = targets[:, au] != 9
    truth, own = targets[known, au], scores[known, au]
    f1 = metrics.f1_score(truth, own >= 0.5, zero_division=0)
    assert detection.f1(pooled)[au] == pytest.approx(f1, abs=1e-12)
    shares = detection.prevalence(targets)
    assert shares[au] == pytest.approx(truth.mean())
    if au == 4:
      assert ranked['auc'][au] is None
      assert ranked['average_precision'][au] is None
      continue
    auc = metrics.roc_auc_score(truth, own)
    precision = metrics.average_precision_score(truth, own)
    assert ranked['auc'][au] == pytest.approx(auc)
    assert ranked['average_precision'][au] == pytest.approx(precision)


@pytest.mark.parametrize('unknown', [False, True])
def test_no_threshold_has_a_better_f1(unknown):
  targets, scores = cases(unknown)
  found = detection.thresholds(targets, scores)
  for au in range(4):
    known = targets[:, au] != 9
    truth, own = targets[known, au], scores[known, au]
    best = max(metrics.f1_score(truth, own >= cut) for cut in np.unique(own))
    assert metrics.f1_score(truth, own >= found[au]) == pytest.approx(best)
  assert found[4] == 0.5


def test_a_difference_is_bootstrapped_over_subjects():
  rng = np.random.default_rng(0)
  targets = rng.choice([0, 1], (600, 2)).astype(np.int8)
  groups = np.repeat(np.arange(20), 30)

  def counts(rightness):
    right = rng.random(targets.shape) < rightness
    said = np.where(right, targets == 1, targets == 0)
    return detection.count(targets, said, groups, 20)

  good, better, alike = counts(0.7), counts(0.8), counts(0.7)
  found = detection.difference([better], [good])
  assert found['subjects'] == 20
  assert 0 < found['ci95'][0] < found['difference'] < found['ci95'][1]
  low, high = detection.difference([alike], [good])['ci95']
  assert low < 0 < high
  same = detection.difference([good, alike], [good, alike])
  assert same['difference'] == 0
  assert same['ci95'] is None
