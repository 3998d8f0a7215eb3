"""What the steps of a trial read besides the clips."""

import clip_sets
import numpy as np

from stc_jax.data import protocols, shuffle
from stc_jax.data.trial_arrays import trial_arrays
from stc_jax.tasks.classification import Classification

PROTOCOL = protocols.ProtocolConfig('folds', 3, 1, 'subject', 0)


def arrays_of(clip_set, **fields):
  trials = protocols.trials(clip_set, PROTOCOL)
  weights = Classification(adjustment=1.0).weights
  return trials, trial_arrays(clip_set, trials, 45, 4, weights, **fields)


def test_balanced_training_shows_sets_and_their_classes_equally_often():
  # Twelve clips of four subjects, the first of which is a set of its own; its class 2
  # is missing.
  clip_set = clip_sets.random(subjects=12)
  databases = tuple('ab'[subject > 'S003'] for subject in clip_set.subjects)
  targets = np.where(np.array(databases) == 'a', clip_set.targets % 2, clip_set.targets)
  clip_set = clip_sets.random(subjects=12, databases=databases, targets=targets)
  trials, arrays = arrays_of(clip_set, balanced=True)
  _, plain = arrays_of(clip_set)
  for row, trial in enumerate(trials):
    shown = arrays.order[row].ravel()
    assert set(shown) == set(trial.train)
    of_set = np.array(databases)[shown]
    assert (of_set == 'a').sum() == (of_set == 'b').sum() == 90
    for name, classes in (('a', 2), ('b', 3)):
      counts = np.bincount(targets[shown[of_set == name]], minlength=classes)
      assert counts.tolist() == [90 // classes] * classes
    # Classes 0 and 1 are shown 75 times, class 2 30 times.
    np.testing.assert_allclose(arrays.weights[row], np.log([1, 1, 0.4]), rtol=1e-6)
    own = shuffle.draw(trial.seed, trial.train, 45, 4)
    np.testing.assert_array_equal(plain.order[row], own)
  assert (plain.order != arrays.order).any()
  np.testing.assert_array_equal(plain.normalisation.mean, arrays.normalisation.mean)
