"""Results of trials are read as written, or refused in one line."""

import numpy as np
import pytest

from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.run_folder import identity, layout, trial_files

RESULT = {
  'repeat': 0,
  'fold': 1,
  'train_losses': [1.0, 0.5],
  'train_accuracies': [0.5, 1.0],
  'accuracy': 1.0,
}
SCORES = np.array([[0.25, 0.75], [0.5, 0.5]], np.float32)


@pytest.fixture
def folder(tmp_path):
  identity.create(tmp_path / 'run')
  return tmp_path / 'run'


@pytest.fixture
def trial():
  one = np.arange(2)
  return Trial(repeat=0, fold=1, seed=3, train=one, test=one)


def test_a_trial_is_finished_once_its_result_is_written(folder, trial):
  assert not trial_files.is_finished(folder, trial)
  with pytest.raises(InputError, match='the trial is unfinished'):
    trial_files.read_trial(folder, trial, set())
  trial_files.write_trial(folder, trial, RESULT)
  assert trial_files.is_finished(folder, trial)
  assert trial_files.read_trial(folder, trial, {'accuracy'}) == RESULT
  with pytest.raises(InputError, match=r'trials/0-1\.json: cannot be read \(no uar\)'):
    trial_files.read_trial(folder, trial, {'uar'})


def test_arrays_are_read_as_written_or_refused(folder, trial):
  kind = layout.FRAME_PREDICTIONS
  trial_files.write_arrays(folder, trial, {kind: {'probabilities': SCORES}})
  found = trial_files.read_probabilities(folder, kind, trial)
  np.testing.assert_array_equal(found, SCORES)
  path = layout.array_file(folder, kind, trial.name)
  whole = path.read_bytes()
  trial_files.write_arrays(folder, trial, {kind: {'probabilities': SCORES[:1]}})
  with pytest.raises(InputError, match='1 frames, not 2'):
    trial_files.read_probabilities(folder, kind, trial)
  for damage in (b'', whole[:40]):
    path.write_bytes(damage)
    with pytest.raises(InputError, match=f'^{path}: cannot be read .*train the trial'):
      trial_files.read_probabilities(folder, kind, trial)


def test_another_run_is_refused_and_its_first_difference_named(folder):
  identity.check_or_write(folder, {'model': 'stc'}, {'name': 'a'}, 'repeat\n')
  identity.check_or_write(folder, {'model': 'stc'}, {'name': 'a'}, 'repeat\n')
  with pytest.raises(InputError, match=r'config\.json: is of another run .*stc_lstm'):
    identity.check_or_write(folder, {'model': 'stc_lstm'}, {'name': 'a'}, 'repeat\n')
