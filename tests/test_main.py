"""The command line of `stc_jax.main`: what a run leaves, and what no kill can spoil."""

import csv
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import small_run
from command import fails, succeeds
from sklearn import metrics

RESULTS = ('summary.json', 'predictions.csv')


def rows_of(path):
  with path.open(newline='') as file:
    return list(csv.DictReader(file))


def contents(folder):
  return {p: p.read_bytes() for p in sorted(folder.rglob('*')) if p.is_file()}


def test_a_run_leaves_its_files(finished):
  summary = json.loads((finished / 'summary.json').read_text())
  assert summary['dataset'] == 'clip_folder/default/1.0.0'
  assert summary['model'] == 'stc_nlstm'
  assert (summary['trials'], summary['classes']) == (2, list(small_run.LABELS))
  assert summary['chance_accuracy'] == pytest.approx(1 / 3)
  assert 0 <= summary['floor_accuracy'] <= 1
  assert len(list((finished / 'trials').glob('*.json'))) == 2
  config = json.loads((finished / 'config.json').read_text())
  assert config['training']['stages'] == [[60, 0.001]]
  assert 'jax' in json.loads((finished / 'environment.json').read_text())['packages']
  dataset = json.loads((finished / 'dataset.json').read_text())
  assert (dataset['clips'], dataset['subjects']) == (24, 4)
  timings = json.loads((finished / 'timings.json').read_text())
  assert set(timings) == {
    'train_sequences_per_second',
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
  accuracies = [
    metrics.accuracy_score(*zip(*pairs, strict=True))
    for fold in ('0', '1')
    if (pairs := [(r['label'], r['predicted']) for r in rows if r['fold'] == fold])
  ]
  assert summary['accuracy_mean'] == pytest.approx(np.mean(accuracies))
  assert summary['accuracy_std'] == pytest.approx(np.std(accuracies, ddof=1))
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


def test_the_same_command_again_changes_nothing(finished, data_dir, environment):
  before = contents(finished)
  said = succeeds(*small_run.command(data_dir, finished), env=environment)
  assert 'compiling' not in said
  assert contents(finished) == before


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
  (run / 'trials' / '0-1.json').unlink()
  fails(*command, naming=('0-1.json', 'without --mode=evaluate'), env=environment)


def test_kills_at_any_moment_leave_no_trace(finished, data_dir, environment, tmp_path):
  """Five of them: while compiling, while the first trial trains, between trials, ..."""
  draw, run = random.Random(0), tmp_path / 'run'
  command = small_run.command(data_dir, run, training__checkpoint_seconds='0.0')
  kept = {}
  for sign, seconds in (
    ('config.json', 3.0),
    ('checkpoints/0-0_of_1/*[0-9]/_CHECKPOINT_METADATA', 0.3),
    ('models/0-0*', 0.1),
    ('trials/0-0.json', 0.5),
    ('checkpoints/0-1_of_1/*[0-9]/_CHECKPOINT_METADATA', 0.5),
  ):
    _kill(
      command, environment, lambda s=sign: list(run.glob(s)), draw.random() * seconds
    )
    for path in run.glob('trials/*.json'):
      kept.setdefault(path, path.stat().st_mtime_ns)
  assert kept
  succeeds(*command, env=environment)
  assert {path: path.stat().st_mtime_ns for path in kept} == kept
  for name in RESULTS:
    assert (run / name).read_bytes() == (finished / name).read_bytes(), name
  assert not (run / 'checkpoints').exists()
  assert sorted(p.name for p in (run / 'models').iterdir()) == ['0-0', '0-1']


def _kill(command, environment, begun, seconds):
  """Starts `command`, and kills it so many seconds after `begun()`."""
  process = subprocess.Popen(
    [sys.executable, '-m', *command],
    env=environment,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
  )
  while process.poll() is None and not begun():
    time.sleep(0.01)
  time.sleep(seconds)
  os.kill(process.pid, signal.SIGKILL)
  _, said = process.communicate()
  assert process.returncode in (0, -signal.SIGKILL)
  assert not said, said.decode()
