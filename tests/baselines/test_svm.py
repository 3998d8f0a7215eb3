import warnings

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from stc_jax import machine
from stc_jax.baselines import svm
from stc_jax.baselines.constant import chance_accuracy
from stc_jax.baselines.hog import hog
from stc_jax.baselines.svm import Appearance
from stc_jax.data.protocols import Trial

COSTS = [1e-5, 1e-4, 1e-3, 1e-2]
CLASSES = 3
SUBJECTS = np.repeat(np.arange(12), 6)  # each with two clips of a class
LABELS = np.tile(np.arange(CLASSES), 24)


def a_trial(tested_subjects: int = 3, subjects: np.ndarray = SUBJECTS) -> Trial:
  tested = subjects < tested_subjects
  train, test = np.flatnonzero(~tested), np.flatnonzero(tested)
  return Trial(repeat=0, fold=0, seed=0, train=train, test=test)


def telling(labels: np.ndarray, clear: float, seed: int) -> np.ndarray:
  """Noise that tells the label, the better the larger `clear`."""
  rng = np.random.default_rng(seed)
  classes = rng.normal(size=(CLASSES, 1764))
  noise = rng.normal(size=(len(labels), 1764))
  return (clear * classes[labels] + noise).astype(np.float32)


def expected(features: np.ndarray, trial: Trial) -> tuple[float, float, float]:
  """Scikit-learn's own search in all dimensions: C, its inner and its test accuracy."""
  search = GridSearchCV(
    make_pipeline(StandardScaler(), LinearSVC(random_state=0)),
    {'linearsvc__C': COSTS},
    cv=GroupKFold(3),
  )
  train, test = trial.train, trial.test
  search.fit(features[train].astype(float), LABELS[train], groups=SUBJECTS[train])
  accuracy = search.score(features[test].astype(float), LABELS[test])
  return search.best_params_['linearsvc__C'], search.best_score_, accuracy


def test_chance_is_the_most_frequent_training_class():
  labels = np.array([2, 2, 0, 1, 2, 0])
  train, test = np.array([0, 1, 2]), np.array([3, 4, 5])
  trial = Trial(repeat=0, fold=0, seed=0, train=train, test=test)
  assert chance_accuracy(labels, trial) == 1 / 3


def test_hog_sees_edges_and_not_brightness():
  ramp = np.tile(np.arange(0, 128, 2, dtype=np.uint8)[:, None, None], (1, 64, 3))
  dark, bright, turned = map(hog, (ramp // 2, ramp, ramp.transpose(1, 0, 2)))
  assert bright.shape == (1764,)
  assert bright.dtype == np.float32
  np.testing.assert_allclose(dark, bright, atol=0.05)
  energy = [f.reshape(-1, 9).sum(axis=0).argmax() for f in (bright, turned)]
  assert energy[0] != energy[1]


@pytest.mark.parametrize('seed', range(3))
def test_equals_a_search_in_all_dimensions(seed):
  trial = a_trial()
  strongest, change = (telling(LABELS, 0.1, seed + s) for s in (0, 10))
  found = svm.trial_floors(Appearance(strongest, change), LABELS, SUBJECTS, trial)
  floor_c, _, floor = expected(strongest, trial)
  assert (found['floor_c'], found['floor_accuracy']) == (floor_c, floor)
  assert 0.4 < floor < 1  # else any settings would do
  alone = expected(change, trial)
  both = expected(np.hstack([change, strongest]), trial)
  better = both if both[1] > alone[1] else alone
  assert both[1] != alone[1]
  assert (found['temporal_floor_c'], found['temporal_floor_accuracy']) == better[::2]
  name = 'change and strongest' if better is both else 'change'
  assert found['temporal_floor_features'] == name


def test_the_span_keeps_every_prediction():
  rng = np.random.default_rng(0)
  # Directions of very unequal variance, as faces have.
  few = telling(LABELS, 0.5, 0)[:, :60] * np.geomspace(1, 0.05, 60)
  strongest = (few @ rng.normal(size=(60, 1764))).astype(np.float32)
  nobody, train = np.zeros(len(LABELS), int), np.arange(36)  # so that C is 0.001
  whole = make_pipeline(StandardScaler(), LinearSVC(C=0.001, random_state=0))
  whole.fit(strongest[train].astype(float), LABELS[train])
  right = whole.predict(strongest[36:].astype(float)) == LABELS[36:]
  assert 0.4 < right.mean() < 0.9
  for clip, whether in enumerate(right, 36):
    trial = Trial(repeat=0, fold=0, seed=0, train=train, test=np.array([clip]))
    appearance = Appearance(strongest, strongest)
    found = svm.trial_floors(appearance, LABELS, nobody, trial)
    assert found['floor_accuracy'] == whether


def test_more_clips_than_features():
  trial = a_trial()
  values = telling(LABELS, 0.5, 0)[:, :20]
  found = svm.trial_floors(Appearance(values, values), LABELS, SUBJECTS, trial)
  floor_c, _, floor = expected(values, trial)
  assert (found['floor_c'], found['floor_accuracy']) == (floor_c, floor)
  assert 0.4 < floor < 1


@pytest.mark.parametrize(
  ('clear_change', 'clear_strongest', 'features'),
  [(1, 0, 'change'), (0, 0.5, 'change and strongest')],
)
def test_features_are_chosen_by_what_they_tell(clear_change, clear_strongest, features):
  change = telling(LABELS, clear_change, 0)
  strongest = telling(LABELS, clear_strongest, 1)
  appearance = Appearance(strongest, change)
  found = svm.trial_floors(appearance, LABELS, SUBJECTS, a_trial())
  assert found['temporal_floor_features'] == features
  assert found['temporal_floor_accuracy'] > 0.9


def test_equals_go_to_the_smaller_c_and_the_change_alone():
  clear = telling(LABELS, 10, 0)
  found = svm.trial_floors(Appearance(clear, clear), LABELS, SUBJECTS, a_trial())
  assert found == {
    'chance_accuracy': 1 / 3,
    'floor_accuracy': 1,
    'temporal_floor_accuracy': 1,
    'floor_right': [True] * len(a_trial().test),
    'temporal_floor_right': [True] * len(a_trial().test),
    'floor_c': COSTS[0],
    'temporal_floor_c': COSTS[0],
    'temporal_floor_features': 'change',
  }


def test_chooses_nothing_by_the_test_clips():
  trial = a_trial()
  appearance = Appearance(telling(LABELS, 0.1, 0), telling(LABELS, 0.1, 1))
  found = svm.trial_floors(appearance, LABELS, SUBJECTS, trial)
  labels = LABELS.copy()
  labels[trial.test] = (labels[trial.test] + 1) % CLASSES
  other = svm.trial_floors(appearance, labels, SUBJECTS, trial)
  chosen = ('floor_c', 'temporal_floor_c', 'temporal_floor_features')
  assert [other[key] for key in chosen] == [found[key] for key in chosen]
  assert other['floor_accuracy'] < found['floor_accuracy']


def test_subjects_stay_whole_while_choosing():
  # Features tell subjects and not classes, and a subject has one class: only a split
  # of subjects would make them look useful.
  subjects, labels = np.repeat(np.arange(12), 6), np.repeat(np.arange(12) % 3, 6)
  faces = np.random.default_rng(0).normal(size=(12, 1764)).astype(np.float32)
  change = telling(labels, 0.1, 0)
  appearance = Appearance(faces[subjects], change)
  found = svm.trial_floors(appearance, labels, subjects, a_trial())
  assert found['temporal_floor_features'] == 'change'
  assert found['temporal_floor_accuracy'] > 0.6


def one_subject() -> tuple[np.ndarray, np.ndarray]:
  return LABELS, np.full(len(LABELS), 'S001')


def a_class_a_subject() -> tuple[np.ndarray, np.ndarray]:
  labels = np.repeat([0, 1], 36)
  return labels, labels.copy()


@pytest.mark.parametrize('sample', [one_subject, a_class_a_subject])
def test_too_few_subjects_to_choose_by(sample):
  labels, subjects = sample()
  clear = telling(labels, 10, 0)
  trial = Trial(0, 0, 0, train=np.arange(0, 72, 2), test=np.arange(1, 72, 2))
  found = svm.trial_floors(Appearance(clear, clear), labels, subjects, trial)
  assert (found['floor_c'], found['temporal_floor_c']) == (0.001, 0.001)
  assert found['temporal_floor_features'] == 'change'
  assert found['floor_accuracy'] == 1


def test_two_subjects_are_enough_to_choose_by():
  clear = telling(LABELS, 10, 0)
  subjects = np.where(SUBJECTS < 6, 'S001', 'S002')
  found = svm.trial_floors(Appearance(clear, clear), LABELS, subjects, a_trial())
  assert found['floor_c'] == COSTS[0]


def test_clips_that_never_change():
  appearance = Appearance(telling(LABELS, 1, 0), np.zeros((72, 1764), np.float32))
  found = svm.trial_floors(appearance, LABELS, SUBJECTS, a_trial())
  assert found['temporal_floor_features'] == 'change and strongest'
  assert found['temporal_floor_accuracy'] > 0.9
  assert found['temporal_floor_right'] == found['floor_right']


def test_no_test_clips_no_numbers():
  clear = telling(LABELS, 10, 0)
  found = svm.trial_floors(Appearance(clear, clear), LABELS, SUBJECTS, a_trial(0))
  assert set(found.values()) == {None}
  full = svm.trial_floors(Appearance(clear, clear), LABELS, SUBJECTS, a_trial())
  assert list(found) == list(full)


def test_repeats_itself_and_keeps_quiet():
  appearance = Appearance(telling(LABELS, 0, 0), telling(LABELS, 0, 1))
  with warnings.catch_warnings():
    warnings.simplefilter('error')
    first, again = (
      svm.trial_floors(appearance, LABELS, SUBJECTS, a_trial()) for _ in range(2)
    )
  assert first == again


def test_floors_on_all_cores_are_those_of_one(monkeypatch):
  values = np.random.default_rng(0).normal(size=(len(LABELS), 12))
  appearance, trials = Appearance(values, values), [a_trial(n) for n in range(1, 10)]
  monkeypatch.setattr(machine, 'cores', lambda: 2)
  together = list(svm.all_floors(appearance, LABELS, SUBJECTS, trials))
  assert together == [
    svm.trial_floors(appearance, LABELS, SUBJECTS, trial) for trial in trials
  ]
