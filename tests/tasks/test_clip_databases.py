"""The scores of each of several joined sets, against scikit-learn's."""

import json

import clip_sets
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from stc_jax.data import protocols
from stc_jax.tasks import clip_databases, clip_results

CLIPS = clip_sets.random(subjects=9)
DATABASES = tuple(
  'small' if subject < 'S003' else 'large/own' for subject in CLIPS.subjects
)
PROTOCOL = protocols.ProtocolConfig('folds', 3, 2, 'subject', 0)


def results_of(clip_set, trials):
  """Results of a model, and of floors, that guess."""
  rng = np.random.default_rng(0)
  found = []
  for trial in trials:
    scores = rng.random((len(trial.test), len(clip_set.names)), np.float32)
    rights = {
      f'{name}_right': (rng.random(len(trial.test)) < 0.5).tolist()
      for name in ('floor', 'temporal_floor')
    }
    found.append(clip_results.trial_fields(clip_set, trial, scores) | rights)
  return found


@pytest.mark.parametrize('kind', ['folds', 'databases'])
def test_scores_are_of_the_clips_of_each_set(kind):
  clip_set = clip_sets.random(subjects=9, databases=DATABASES)
  protocol = protocols.ProtocolConfig(kind, 3, 2, 'subject', 0)
  trials = protocols.trials(clip_set, protocol)
  results = results_of(clip_set, trials)
  found = clip_databases.scores(clip_set, trials, results)
  assert found == json.loads(json.dumps(found))
  assert list(found['databases']) == ['large/own', 'small']
  for name, own in found['databases'].items():
    rows, rights, chance = [], [], []
    for trial, result in zip(trials, results, strict=True):
      guess = np.bincount(clip_set.targets[trial.train]).argmax()
      for i, row in enumerate(result['predictions']):
        if clip_set.databases[trial.test[i]] == name:
          rows.append(row)
          rights.append(result['floor_right'][i])
          chance.append(clip_set.targets[trial.test[i]] == guess)
    truth = [row['label'] for row in rows], [row['predicted'] for row in rows]
    assert own['accuracy'] == pytest.approx(accuracy_score(*truth))
    assert own['uar'] == pytest.approx(balanced_accuracy_score(*truth))
    assert own['floor_accuracy'] == pytest.approx(np.mean(rights))
    assert own['chance_accuracy'] == pytest.approx(np.mean(chance))
    # What is wrong is of another class than all others.
    floor = [t if ok else 'none' for t, ok in zip(truth[0], rights, strict=True)]
    recalls = recall_score(truth[0], floor, labels=sorted(set(truth[0])), average=None)
    assert own['floor_uar'] == pytest.approx(np.mean(recalls))
    assert own['chance_uar'] == pytest.approx(1 / 3)
    assert own['subjects'] == (3 if name == 'small' else 6)
    assert own['clips'] == 3 * own['subjects']
  both = [['large/own', 'small']]
  one_each = [['large/own'], ['small']]
  wanted = both * 6 if kind == 'folds' else one_each * 2
  assert found['trial_databases'] == wanted


def test_a_set_that_is_not_joined_has_no_such_fields():
  trials = protocols.trials(CLIPS, PROTOCOL)
  results = results_of(CLIPS, trials)
  assert clip_databases.scores(CLIPS, trials, results) == {}
  assert 'database' not in results[0]['predictions'][0]


def test_nothing_is_scored_where_nothing_was_tested():
  clip_set = clip_sets.random(subjects=9, databases=DATABASES)
  trials = protocols.trials(
    clip_set, protocols.ProtocolConfig('all', 3, 1, 'subject', 0)
  )
  results = [
    clip_results.trial_fields(clip_set, trials[0], np.empty((0, 3), np.float32))
  ]
  found = clip_databases.scores(clip_set, trials, results)
  assert found == {'databases': {}, 'trial_databases': [[]]}
