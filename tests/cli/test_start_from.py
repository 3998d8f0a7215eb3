"""Training that starts from a finished model, on the command line."""

import json
import shutil

import kills
import numpy as np
import pytest
import small_run
from command import fails, succeeds
from safetensors.numpy import load_file, save_file

from stc_jax.bundle import bundle_folder

FROZEN = "(('trunk', 0), ('lstm', 0), ('classifier', 0))"
FIELDS = {
  'protocol__kind': 'all',
  'training__stages': '((20, 0.001),)',
  'training__rate_factors': "(('trunk', 0.0), ('lstm', 0.1))",
}


@pytest.fixture
def model(finished, tmp_path):
  """A model that was trained on two of the four subjects."""
  return shutil.copytree(finished / 'models' / '0-0', tmp_path / 'model')


def weights_of(folder):
  return load_file(folder / 'weights.safetensors')


def test_what_is_frozen_stays_and_what_was_loaded_is_recorded(
  model, data_dir, environment, tmp_path
):
  run = tmp_path / 'run'
  fields = FIELDS | {'training__start_from': str(model)}
  argv = small_run.command(data_dir, run, **fields)
  said = succeeds(*argv, env=environment)
  assert f'starts from {model} (trained on clip_folder/default/1.1.0)' in said
  before, after = weights_of(model), weights_of(run / 'models' / '0-0')
  for name, own in before.items():
    is_same = np.array_equal(own, after[name])
    assert is_same == name.startswith('params/trunk/'), name
  made = bundle_folder.load(run / 'models' / '0-0')
  digest = f'sha256:{bundle_folder.digest(model)}'
  assert made.provenance['start_from']['model'] == digest
  assert not made.provenance['start_from']['new']
  assert made.subjects == {'clip_folder': tuple(sorted(small_run.SUBJECTS))}
  config = json.loads((run / 'config.json').read_text())
  assert config['training']['start_from'] == digest


def test_a_model_s_own_pixels_and_predictions_are_kept(
  finished, model, data_dir, environment, tmp_path
):
  """With nothing to learn and the same statistics, a test gives the same numbers."""
  bundle = json.loads((model / 'bundle.json').read_text())
  bundle['subjects'] = {'clip_folder/other': bundle['subjects']['clip_folder']}
  (model / 'bundle.json').write_text(json.dumps(bundle))
  run = tmp_path / 'run'
  fields = {
    'training__start_from': str(model),
    'training__start_normalisation': 'loaded',
    'training__rate_factors': FROZEN,
    # All of the running statistics are those of before.
    'stc_nlstm__norm_momentum': '0.9999999999',
    'training__stages': '((2, 0.001),)',
    'execution__first_trials': '1',
  }
  argv = small_run.command(data_dir, run, **fields)
  succeeds(*argv, env=environment)
  own, theirs = (
    json.loads((folder / 'trials' / '0-0.json').read_text())
    for folder in (run, finished)
  )
  for one, two in zip(own['predictions'], theirs['predictions'], strict=True):
    assert one['clip'] == two['clip']
  assert own['accuracy'] == theirs['accuracy']
  before = (run / 'predictions.csv').read_bytes()
  shutil.rmtree(model)
  again = ('stc_jax.main', '--mode=evaluate', f'--workdir={run}')
  succeeds(*again, env=environment)
  assert (run / 'predictions.csv').read_bytes() == before


@pytest.mark.slow
def test_a_run_goes_on_from_a_moved_model_and_refuses_another(
  model, data_dir, environment, tmp_path
):
  env = kills.environment(environment, devices=1)
  whole, run, moved = (tmp_path / name for name in ('whole', 'run', 'moved'))
  fields = FIELDS | {'training__start_from': str(model)}
  succeeds(*kills.command(data_dir, whole, 1, **fields), env=env)
  trains = 'checkpoints/0-0/*[0-9]/_CHECKPOINT_METADATA'
  argv = kills.command(data_dir, run, 1, **fields)
  kills.kill(argv, env, lambda: bool(list(run.glob(trains))), 0.0)
  assert kills.results(run) == 0
  model.rename(moved)
  argv = kills.command(
    data_dir, run, 1, **fields | {'training__start_from': str(moved)}
  )
  succeeds(*argv, env=env)
  assert kills.outcome(run) == kills.outcome(whole)
  tensors = weights_of(moved)
  tensors['params/fc/bias'][0] += 1
  save_file(tensors, moved / 'weights.safetensors')
  fails(*argv, naming=('config.json: is of another run', '"start_from": '), env=env)


def test_what_is_wrong_ends_in_one_line(model, data_dir, environment, tmp_path):
  start = {'training__start_from': str(model)}
  for fields, naming in (
    (start, ('was trained on 2 of the subjects', 'clip_folder/')),
    (start | {'stc_nlstm__lstm_width': '9'}, 'add --config.stc_nlstm.lstm_width=8'),
    (
      {'training__rate_factors': "(('trunks', 0.1),)"},
      "'trunks' is not one of classifier, lstm, trunk",
    ),
    ({'training__start_normalisation': 'loaded'}, 'or training.start_from be set'),
    ({'training__start_from': 'sha256:0'}, 'no model there'),
  ):
    argv = small_run.command(data_dir, tmp_path / 'none', **fields)
    fails(*argv, naming=naming, env=environment)
