import itertools
import json

import numpy as np
import pytest
from scipy import stats

from stc_jax.evaluation import statistics
from stc_jax.evaluation.statistics import TrialScore, accuracies

NOTHING = {
  'accuracy_mean': None,
  'accuracy_std': None,
  'accuracy_ci95': None,
  'trial_accuracy_mean': None,
  'trial_accuracy_std': None,
}
# Two repeats of two folds of unequal size: 10 clips, of which 2 and 8 are tested.
TWO_REPEATS = [
  TrialScore(repeat=0, tested=2, correct=1, trained=8),
  TrialScore(repeat=0, tested=8, correct=8, trained=2),
  TrialScore(repeat=1, tested=2, correct=0, trained=8),
  TrialScore(repeat=1, tested=8, correct=6, trained=2),
]


def random_scores(folds: int, repeats: int) -> list[TrialScore]:
  rng = np.random.default_rng(0)
  return [
    TrialScore(repeat, 10, int(rng.integers(5, 10)), 10 * (folds - 1))
    for repeat in range(repeats)
    for _ in range(folds)
  ]


def test_a_repeat_is_pooled_and_a_trial_is_not():
  found = accuracies(TWO_REPEATS, folds=2, resampled=True)
  assert found['accuracy_mean'] == pytest.approx((0.9 + 0.6) / 2)
  assert found['accuracy_std'] == pytest.approx(0.3 / 2**0.5)
  assert found['trial_accuracy_mean'] == pytest.approx((0.5 + 1 + 0 + 0.75) / 4)
  # Deviations from 0.5625: -0.0625, 0.4375, -0.5625, 0.1875.
  assert found['trial_accuracy_std'] == pytest.approx((0.546875 / 3) ** 0.5)


def test_the_interval_is_nadeau_and_bengios():
  low, high = accuracies(TWO_REPEATS, folds=2, resampled=True)['accuracy_ci95']
  # A table's t(0.975, 3); 5 clips tested and 5 trained on, on average.
  half = 3.182446 * ((1 / 4 + 5 / 5) * 0.546875 / 3) ** 0.5
  assert [low, high] == pytest.approx([0.75 - half, 0.75 + half], rel=1e-6)


def test_an_interval_without_width_is_none():
  perfect = [TrialScore(repeat=0, tested=3, correct=3, trained=6)] * 3
  found = accuracies(perfect, folds=3, resampled=True)
  assert found['accuracy_mean'] == 1
  assert found['accuracy_ci95'] is None


def test_shared_clips_widen_the_interval():
  scores = random_scores(folds=10, repeats=4)
  low, high = accuracies(scores, folds=10, resampled=True)['accuracy_ci95']
  values = [score.correct / score.tested for score in scores]
  naive = stats.ttest_1samp(values, 0).confidence_interval(0.95)
  ratio = (high - low) / (naive.high - naive.low)
  assert ratio == pytest.approx((1 / 40 + 1 / 9) ** 0.5 / (1 / 40) ** 0.5)
  assert ratio == pytest.approx(2.3, abs=0.05)


def test_an_incomplete_repeat_counts_among_trials_alone():
  whole = accuracies(TWO_REPEATS, folds=2, resampled=True)
  more = [TrialScore(2, 4, 1, 6), *TWO_REPEATS]
  found = accuracies(more, folds=2, resampled=True)
  assert {k: found[k] for k in found if not k.startswith('trial_')} == {
    k: whole[k] for k in whole if not k.startswith('trial_')
  }
  assert found['trial_accuracy_mean'] == pytest.approx((0.25 + 2.25) / 5)


def test_order_does_not_matter():
  forth = accuracies(TWO_REPEATS, folds=2, resampled=True)
  back = accuracies(TWO_REPEATS[::-1], folds=2, resampled=True)
  assert back.pop('accuracy_ci95') == pytest.approx(forth.pop('accuracy_ci95'))
  assert back == pytest.approx(forth)


def test_one_repeat_has_no_deviation_but_an_interval():
  found = accuracies(TWO_REPEATS[:2], folds=2, resampled=True)
  assert found['accuracy_mean'] == pytest.approx(0.9)
  assert found['accuracy_std'] is None
  assert np.mean(found['accuracy_ci95']) == pytest.approx(0.9)


def test_without_a_complete_repeat_only_trials_tell():
  found = accuracies(TWO_REPEATS[:1], folds=2, resampled=True)
  assert found == NOTHING | {'trial_accuracy_mean': 0.5}


def test_seeds_alone_give_no_interval():
  scores = [TrialScore(repeat, 10, 5 + repeat, 90) for repeat in range(3)]
  found = accuracies(scores, folds=1, resampled=False)
  assert found['accuracy_ci95'] is None
  assert found['accuracy_mean'] == pytest.approx(0.6)
  assert found['accuracy_std'] == pytest.approx(0.1)


@pytest.mark.parametrize('scores', [[], [TrialScore(0, 0, 0, 10)] * 2])
def test_no_test_clips_no_numbers(scores):
  assert accuracies(scores, folds=1, resampled=False) == NOTHING
  assert accuracies(scores, folds=1, resampled=True) == NOTHING


@pytest.mark.parametrize('count', [1, 2, 3, 4])
def test_json_takes_it(count):
  found = accuracies(TWO_REPEATS[:count], folds=2, resampled=True)
  assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_sign_flips_against_every_one_of_them():
  differences = np.array([0.5, 0.2, 0.3, -0.1, 0.4, 0.0, 0.2, 0.1])
  signs = np.array(list(itertools.product([-1, 1], repeat=len(differences))))
  exact = (np.abs(signs @ differences) >= differences.sum() - 1e-9).mean()
  found = statistics.paired(differences)
  interval = found.pop('ci95')
  assert found == {'difference': pytest.approx(0.2), 'p_value': exact, 'subjects': 8}
  # The draws' own deviation: that of means of eight draws of these eight.
  half = 1.96 * differences.std() / 8**0.5
  assert interval == pytest.approx([0.2 - half, 0.2 + half], abs=0.06)
  assert statistics.paired(np.full(5, 0.1))['ci95'] is None
  drawn = statistics.paired(differences, draws=200)['p_value']
  assert drawn == statistics.paired(differences, draws=200)['p_value']
  assert drawn == pytest.approx(exact, abs=0.05)
  assert statistics.paired(np.zeros(5))['p_value'] == 1


def test_methods_are_compared_over_trials_as_nadeau_and_bengio_do():
  better = [score._replace(correct=score.correct + 1) for score in TWO_REPEATS[::2]]
  ours, theirs = [*better, *TWO_REPEATS[1::2]], [*TWO_REPEATS[::2], *TWO_REPEATS[1::2]]
  found = statistics.over_trials(ours, theirs)
  # Differences of 0.5, 0.5, 0, 0; as many clips trained on as tested.
  error = ((1 / 4 + 1) * 0.25 / 3) ** 0.5
  assert found['difference'] == pytest.approx(0.25)
  assert found['p_value'] == pytest.approx(2 * stats.t.sf(0.25 / error, 3))
  assert statistics.over_trials(ours, ours)['p_value'] == 1.0
  # A tenth each time, which no float says exactly.
  low, high = (
    [TrialScore(r, tested, s * tested // 10, 100) for r, tested in enumerate((10, 30))]
    for s in (6, 7)
  )
  alike = statistics.over_trials(high, low)
  assert alike == {'difference': pytest.approx(0.1), 'p_value': None, 'trials': 2}
  with pytest.raises(ValueError, match='same trials'):
    statistics.over_trials(ours, theirs[::-1])


def centroid_scores(random, clips=300, folds=10, repeats=4, classes=3, features=5):
  """Two nearest-centroid learners, each on half of features that mean nothing."""
  values = random.normal(size=(clips, 2 * features))
  labels = np.eye(classes)[np.arange(clips) % classes]
  found = [], []
  for repeat in range(repeats):
    order = random.permutation(clips).reshape(folds, -1)
    tested, told = values[order], labels[order]
    sums = np.einsum('fnc,fnd->fcd', told, tested)
    counts = told.sum(axis=1)
    centroids = (sums.sum(0) - sums) / (counts.sum(0) - counts)[..., None]
    halves = slice(features), slice(features, None)
    for half, scores in zip(halves, found, strict=True):
      own = centroids[..., half]
      nearness = 2 * np.einsum('fnd,fcd->fnc', tested[..., half], own)
      said = (nearness - np.square(own).sum(axis=2)[:, None]).argmax(axis=2)
      right = (said == told.argmax(axis=2)).sum(axis=1)
      size = order.shape[1]
      scores += [TrialScore(repeat, size, int(r), clips - size) for r in right]
  return found


def test_equal_methods_are_seldom_told_apart():
  random = np.random.default_rng(0)
  corrected, plain = [], []
  for _ in range(2000):
    ours, theirs = centroid_scores(random)
    corrected.append(statistics.over_trials(ours, theirs)['p_value'])
    differences = [a.accuracy - b.accuracy for a, b in zip(ours, theirs, strict=True)]
    plain.append(stats.ttest_1samp(differences, 0).pvalue)
  assert 0.02 < np.mean(np.array(corrected) < 0.05) < 0.08
  assert np.mean(np.array(plain) < 0.05) > 0.10
