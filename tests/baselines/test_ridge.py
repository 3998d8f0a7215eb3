import numpy as np
import pytest
from sklearn.linear_model import Ridge

from stc_jax.baselines import ridge

GROUPS = np.repeat(np.arange(9), 40)
TRAIN, TEST = np.arange(360), np.arange(360, 500)


def material(seed=0, noise=1.0):
  rng = np.random.default_rng(seed)
  features = rng.random((500, 30)).astype(np.float16)
  weights = rng.normal(size=(30, 3))
  said = features @ weights + noise * rng.normal(size=(500, 3))
  targets = (said > np.median(said, axis=0)).astype(np.int8)
  return features, targets


@pytest.mark.parametrize('block', [64, 4096])
def test_it_is_scikit_learn_s_ridge(block):
  features, targets = material()
  ours = ridge.fit(features, targets[TRAIN], GROUPS, TRAIN, TEST, (1e-2,), block)
  wide = features.astype(float)
  gram = wide[TRAIN].T @ wide[TRAIN]
  theirs = Ridge(alpha=1e-2 * np.trace(gram) / 30).fit(wide[TRAIN], targets[TRAIN])
  np.testing.assert_allclose(ours.test, theirs.predict(wide[TEST]), atol=1e-4)


def test_training_frames_are_scored_by_other_subjects():
  """A feature that tells the subject alone helps nobody on frames of another."""
  rng = np.random.default_rng(0)
  of_subject = rng.choice([0, 1], 9)
  targets = of_subject[GROUPS][:, None].astype(np.int8)
  features = np.eye(9, dtype=np.float16)[GROUPS]
  found = ridge.fit(features, targets, GROUPS, TRAIN, TRAIN)
  own = ((found.test > 0.5) == targets).mean()
  other = ((found.train > 0.5) == targets).mean()
  assert own == 1.0
  assert other < 0.7


def test_the_penalty_that_is_chosen_is_as_good_as_any():
  features, targets = material(noise=0.0)
  errors = []
  for penalties in (ridge.PENALTIES, (1e-4,), (1.0,)):
    found = ridge.fit(features, targets[TRAIN], GROUPS, TRAIN, TEST, penalties)
    errors.append(np.square(found.test - targets[TEST]).mean())
  assert errors[0] <= 1.02 * min(errors[1:])


def test_unknown_frames_say_nothing():
  features, targets = material(noise=0.1)
  hidden = targets.copy()
  hidden[::3, 1] = 9
  found = ridge.fit(features, hidden[TRAIN], GROUPS, TRAIN, TEST)
  right = ((found.test[:, 1] > 0.5) == targets[TEST, 1]).mean()
  assert right > 0.85
