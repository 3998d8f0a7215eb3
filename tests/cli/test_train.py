"""The command line of `stc_jax.main`: the files of a run, also after kills."""

import csv
import json
import math
import os
import shutil
import subprocess

import kills
import numpy as np
import pytest
import scipy
import small_run
from command import fails, succeeds
from sklearn import metrics

from stc_jax import provenance

RESULTS = ('summary.json', 'predictions.csv')


def rows_of(path):
  with path.open(newline='') as file:
    return list(csv.DictReader(file))


def contents(folder):
  return {p: p.read_bytes() for p in sorted(folder.rglob('*')) if p.is_file()}


def test_a_run_leaves_its_files(finished):
  summary = json.loads((finished / 'summary.json').read_text())
  assert summary['dataset'] == 'clip_folder/default/1.1.0'
  assert summary['model'] == 'stc_nlstm'
  assert (summary['trials'], summary['classes']) == (2, list(small_run.LABELS))
  assert summary['chance_accuracy'] == pytest.approx(1 / 3)
  for floor in ('floor_accuracy', 'temporal_floor_accuracy'):
    assert 0 <= summary[floor] <= 1
  over = summary['over_temporal_floor']
  assert over['subjects'] == 4
  expected = summary['trial_accuracy_mean'] - summary['temporal_floor_accuracy']
  assert over['difference'] == pytest.approx(expected)
  assert len(list((finished / 'trials').glob('*.json'))) == 2
  config = json.loads((finished / 'config.json').read_text())
  assert config['training']['stages'] == [[60, 0.001]]
  assert config['input']['frames'] == small_run.FRAMES
  assert 'jax' in json.loads((finished / 'environment.json').read_text())['packages']
  dataset = json.loads((finished / 'dataset.json').read_text())
  assert (dataset['clips'], dataset['subjects']) == (24, 4)
  timings = json.loads((finished / 'timings.json').read_text())
  assert set(timings) == {
    'train_sequences_per_second',
    'trained_clips',
    'training_seconds',
    'compile_seconds',
    'wall_seconds',
  }
  assert all(value > 0 for value in timings.values())
  for trial in ('0-0', '0-1'):
    (events,) = (finished / 'tensorboard' / trial).glob('events.out.tfevents.*')
    assert b'train/loss' in events.read_bytes()
  for picture in ('confusion.png', 'training_curves.png'):
    assert (finished / picture).read_bytes().startswith(b'\x89PNG')
  assert not (finished / 'checkpoints').exists()


def test_the_summary_follows_from_the_predictions(finished):
  summary = json.loads((finished / 'summary.json').read_text())
  rows, classes = rows_of(finished / 'predictions.csv'), summary['classes']
  truth = [row['label'] for row in rows]
  guess = [row['predicted'] for row in rows]
  for row in rows:
    chances = [float(row[f'probability_{name}']) for name in classes]
    assert math.isclose(sum(chances), 1, abs_tol=1e-5)
    assert classes[int(np.argmax(chances))] == row['predicted']
    assert row['clip'].startswith(f'{row["label"]}/{row["subject"]}_')
  found = metrics.confusion_matrix(truth, guess, labels=classes)
  assert summary['confusion'] == found.tolist()
  f1 = metrics.f1_score(truth, guess, average='macro', labels=classes, zero_division=0)
  assert summary['macro_f1'] == pytest.approx(f1)
  recall = metrics.balanced_accuracy_score(truth, guess)
  assert summary['uar'] == pytest.approx(recall)
  accuracies = [
    metrics.accuracy_score(*zip(*pairs, strict=True))
    for fold in ('0', '1')
    if (pairs := [(r['label'], r['predicted']) for r in rows if r['fold'] == fold])
  ]
  assert summary['trial_accuracy_mean'] == pytest.approx(np.mean(accuracies))
  assert summary['trial_accuracy_std'] == pytest.approx(np.std(accuracies, ddof=1))
  assert summary['accuracy_mean'] == pytest.approx(metrics.accuracy_score(truth, guess))
  assert summary['accuracy_std'] is None
  if np.ptp(accuracies) == 0:
    assert summary['accuracy_ci95'] is None
  else:
    low, high = summary['accuracy_ci95']
    assert low <= summary['accuracy_mean'] <= high


def test_every_clip_is_tested_once_and_no_subject_twice(finished):
  rows = rows_of(finished / 'folds.csv')
  tested = rows_of(finished / 'predictions.csv')
  assert len({row['clip'] for row in rows}) == len(rows) == 24
  place = [(row['fold'], row['clip']) for row in rows]
  assert place == [(row['fold'], row['clip']) for row in tested]
  assert len({(row['subject'], row['fold']) for row in rows}) == 4
  for path in (finished / 'trials').iterdir():
    trial = json.loads(path.read_text())
    assert trial['train_clips'] + trial['test_clips'] == 24


def test_what_the_models_learnt_of_their_own_clips(finished, environment):
  said = succeeds('benchmarks.learnt', f'--workdir={finished}', env=environment)
  for path in (finished / 'trials').iterdir():
    curve = json.loads(path.read_text())['train_losses']
    (row,) = [line for line in said.splitlines() if f' {path.stem} ' in line]
    _, _, loss, accuracy, *gates = (cell.strip() for cell in row.split('│')[:-1])
    assert float(loss) == pytest.approx(np.mean(curve), abs=1e-4)  # fewer than 100
    assert 1 / 3 < float(accuracy.rstrip('%')) / 100 <= 1
    assert all(0 <= float(share.rstrip('%')) <= 100 for share in gates)


def test_the_same_command_again_changes_nothing(finished, data_dir, environment):
  before = contents(finished)
  said = succeeds(*small_run.command(data_dir, finished), env=environment)
  assert 'compiling' not in said
  assert 'fitting' not in said
  after, starts = contents(finished), finished / 'starts.jsonl'
  first, second = after.pop(starts).splitlines()
  assert before.pop(starts).splitlines() == [first]
  assert json.loads(second)['environment'] == json.loads(first)['environment']
  assert after == before


def test_environment_names_the_code_and_the_cores_that_may_be_used(finished):
  environment = json.loads((finished / 'environment.json').read_text())
  done = subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True, text=True)
  revision = environment['revision']
  assert (revision['commit'] if revision else '') == done.stdout.strip()
  assert environment['cores'] == len(os.sched_getaffinity(0))
  assert environment['packages']['scipy'] == scipy.__version__


def test_code_outside_a_checkout_has_no_revision(monkeypatch, tmp_path):
  monkeypatch.setattr('stc_jax.__file__', str(tmp_path / 'stc_jax' / '__init__.py'))
  assert provenance.revision() is None


def test_evaluating_makes_the_same_results_from_the_models(
  finished, data_dir, environment, tmp_path
):
  run = shutil.copytree(finished, tmp_path / 'run')
  command = [*small_run.command(data_dir, run), '--mode=evaluate']
  for name in RESULTS:
    (run / name).unlink()
  for path in (run / 'trials').iterdir():
    forgotten = json.loads(path.read_text()) | {'accuracy': 0, 'predictions': []}
    path.write_text(json.dumps(forgotten))
  succeeds(*command, env=environment)
  for name in RESULTS:
    assert (run / name).read_bytes() == (finished / name).read_bytes(), name
  alone = ('stc_jax.main', '--mode=evaluate', f'--workdir={run}')
  (run / 'summary.json').unlink()
  succeeds(*alone, env=environment)
  assert (run / 'summary.json').read_bytes() == (finished / 'summary.json').read_bytes()
  (run / 'trials' / '0-1.json').unlink()
  fails(*alone, naming=('0-1.json', 'without --mode=evaluate'), env=environment)


def test_one_model_on_everything_has_no_accuracy(data_dir, environment, tmp_path):
  fields = {'protocol__kind': 'all', 'training__stages': '((4, 0.001),)'}
  said = succeeds(*small_run.command(data_dir, tmp_path, **fields), env=environment)
  assert 'there is no accuracy' in said
  summary = json.loads((tmp_path / 'summary.json').read_text())
  for field in ('accuracy_mean', 'trial_accuracy_mean', 'floor_accuracy', 'uar'):
    assert summary[field] is None
  assert len(rows_of(tmp_path / 'predictions.csv')) == 0
  assert (tmp_path / 'models' / '0-0' / 'weights.safetensors').exists()
  succeeds('stc_jax.report', f'--workdir={tmp_path}')
  page = (tmp_path / 'report' / 'index.html').read_text()
  assert 'trained on every clip: STC-NLSTM' in page


# `stc_lstm` is tried with action units, in test_action_units.
@pytest.mark.parametrize('model', ['stc', 'stc_slstm'])
def test_a_model_is_chosen_by_its_name_alone(model, data_dir, environment, tmp_path):
  command = small_run.command(data_dir, tmp_path, training__stages='((2, 0.001),)')
  command = [part.replace('config.stc_nlstm.', f'config.{model}.') for part in command]
  if model == 'stc':
    command = [part for part in command if 'lstm_' not in part and 'levels' not in part]
  succeeds(*command, f'--config.model={model}', env=environment)
  config = json.loads((tmp_path / 'config.json').read_text())
  assert config['model'] == model
  assert 'stc_nlstm' not in config


def test_densenet_reads_the_strongest_frames(data_dir, environment, tmp_path):
  command = small_run.command(data_dir, tmp_path, training__stages='((2, 0.001),)')
  command = [part for part in command if 'stc_nlstm' not in part]
  command = [part for part in command if 'input.frames' not in part]
  command[1] = '--config=launch/clip_folder.py:stills'
  small = ('--config.densenet.depth=10', '--config.densenet.growth=4')
  said = succeeds(*command, *small, env=environment)
  assert 'densenet' in said
  config = json.loads((tmp_path / 'config.json').read_text())
  assert config['model'] == 'densenet'
  assert config['input']['frames'] == 3
  assert config['input']['sampling'] in ('last', 'most_changed')


def test_the_paper_s_recipe(data_dir, environment, tmp_path):
  fields = {'training__stages': '((2, 0.0025),)', 'protocol__repeats': '1'}
  command = small_run.command(data_dir, tmp_path, **fields)
  command[1] = '--config=launch/clip_folder.py:paper'
  succeeds(*command, env=environment)
  config = json.loads((tmp_path / 'config.json').read_text())
  assert config['training']['optimizer'] == 'sgd'
  assert config['input']['transforms'] == []
  assert not config['stc_nlstm']['pyramid_norm']


def test_trials_that_diverge_are_named(data_dir, environment, tmp_path):
  fields = {'training__stages': '((40, 1e30),)', 'training__gradient_clip': '0.0'}
  fields |= {'training__optimizer': 'sgd'}
  command = small_run.command(data_dir, tmp_path, **fields)
  said = fails(
    *command, naming=('trial 0-0: the loss is not finite', '0-1'), env=environment
  )
  assert 'training.stages' in said
  assert kills.results(tmp_path) == 0
  assert not list(tmp_path.glob('checkpoints/*/*[0-9]/_CHECKPOINT_METADATA'))
