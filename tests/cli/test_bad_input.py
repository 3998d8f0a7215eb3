"""Bad input of `stc_jax.main` is reported in one line."""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import command
import numpy as np
import pytest
import small_run
from command import refused
from safetensors.numpy import load_file, save_file

from stc_jax.data import preparation

OWN = """
from stc_jax.launch import clip_folder
def get_config():
  config = clip_folder.get_config()
  {}
  return config
"""


@pytest.fixture(scope='module')
def run(environment):
  return functools.partial(command.run, env=environment)


@pytest.fixture
def refuses(run, data_dir, tmp_path):
  """Runs a small run's command with other fields, and checks what it says."""

  def check(naming, *more, workdir=tmp_path / 'run', data_dir=data_dir, **fields):
    done = run(*small_run.command(data_dir, workdir, **fields), *more)
    return refused(done, naming)

  return check


@pytest.fixture(scope='module')
def interrupted(data_dir, environment, tmp_path_factory):
  """The folder of a run that Ctrl-C stopped after a checkpoint."""
  workdir = tmp_path_factory.mktemp('interrupted')
  command = small_run.command(data_dir, workdir, **LONG)
  process = subprocess.Popen(
    [sys.executable, '-m', *command],
    env=environment,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
    text=True,
  )
  while process.poll() is None and not list(workdir.glob(CHECKPOINT)):
    time.sleep(0.01)
  process.send_signal(signal.SIGINT)
  _, said = process.communicate()
  assert (process.returncode, said) == (
    130,
    'interrupted; the same command continues\n',
  )
  return workdir


LONG = {'training__stages': '((3000, 0.001),)', 'execution__checkpoint_seconds': '0.0'}
CHECKPOINT = 'checkpoints/*/*[0-9]/_CHECKPOINT_METADATA'


def test_without_help_from_the_tests_too():
  argv = [sys.executable, '-m', 'stc_jax.main']
  refused(subprocess.run(argv, capture_output=True, text=True), '--config')


def test_flags(refuses, run):
  refused(run('stc_jax.main'), '--config')
  refused(run('stc_jax.main', '--config=launch/mmi.py:papre'), ('papre', 'paper'))
  refused(run('stc_jax.main', '--config=gone.py', '--config.model=stc'), 'gone.py')
  refuses(('wrokdir', 'workdir'), '--wrokdir=elsewhere')
  refuses("'stray'", 'stray')
  refuses(('--mode=tset', 'evaluate'), '--mode=tset')
  refuses(('no such field', 'batchsize', 'batch_size'), '--config.training.batchsize=8')
  refuses(('training.batch_size', 'abc'), '--config.training.batch_size=abc')


def test_a_launch_file_of_ones_own(run, tmp_path):
  path = tmp_path / 'own.py'
  for text, naming in (
    ('def get_config(:\n', 'line 1: invalid syntax'),
    ('import nothing_there\n', ('nothing_there', 'line 1')),
    ('x = 1\n', 'get_config'),
    ('def get_config():\n  return {}\n', 'ConfigDict'),
    ('def get_config():\n  pass\n', '--config'),
    (
      OWN.format('config.stc_nlstm.lstm_widht = 8'),
      ('lstm_widht', 'lstm_width', 'line 5'),
    ),
    (OWN.format('config.model = nil'), ("'nil'", 'line 5')),
    (OWN.format('config.training.batch_size = "8x"'), ('batch_size', 'line 5')),
    (
      OWN.format('config.unlock(); config.stc_nlstm.lstm_widht = 8'),
      ('stc_nlstm.lstm_widht', "'lstm_width'"),
    ),
    (OWN.format('config.unlock(); del config.protocol'), ('protocol', 'missing')),
    (OWN.format('config.unlock(); config.training = 5'), ("'training'", 'line 5')),
    (
      OWN.format('config.unlock(); del config.model; config.model = 7'),
      ('model: 7', 'str'),
    ),
    (
      'from ml_collections import ConfigDict\n'
      'def get_config():\n  return ConfigDict({"dataset": {"name": "clip_folder"}})\n',
      ('config.task', 'default.get_config()'),
    ),
  ):
    path.write_text(text)
    said = refused(run('stc_jax.main', f'--config={path}'), naming)
    assert any(part in said for part in (str(path), 'config', 'model', 'stc_nlstm.'))


def test_values(refuses):
  refuses(("model: 'resnet'", 'stc_nlstm'), model='resnet')
  refuses(('stc.dropout', 'stc_nlstm.dropout', 'config.model=stc'), stc__dropout='0.1')
  refuses(('stc_nlstm.dtype', "'float8'", 'bfloat16'), stc_nlstm__dtype='float8')
  refuses(('stc_nlstm.notation', 'I(9,9)'), stc_nlstm__notation='I(9,9)-C(3,4)-S')
  refuses(
    ('stc_nlstm.notation', 'input.height'), stc_nlstm__notation='I(9,9,3)-C(3,4)-S'
  )
  # It agrees with input.frames, but the clips have three.
  refuses(
    ('stc_nlstm.notation', 'I(16, 16, 5)', 'the longest clip shows 3 frames, not 5'),
    stc_nlstm__notation='I(16,16,5)-C(3,4)-BN-P2-C(3,4)-S',
  )
  refuses(('stc_nlstm.notation', '[4, 8]'), stc_nlstm__notation='C(3,4)-C(3,8)-S')
  refuses(('stc_nlstm.levels', "'a'"), stc_nlstm__levels="('a',)")
  refuses(('task.logit_adjustment', '-1'), task__logit_adjustment='-1.0')
  refuses('training.stages: ()', training__stages='()')
  refuses(('training.stages', '2.5'), training__stages='((2.5, 0.001),)')
  refuses(('training.stages', "'a'"), training__stages='((2, "a"),)')
  refuses('training.batch_size', training__batch_size='0')
  refuses('input.frame_rate', input__frame_rate='-1.0')
  refuses(('input.transforms', "'blur'"), input__transforms="('blur',)")
  refuses('training.weight_decay: nan', training__weight_decay='nan')
  refuses('protocol.seed', protocol__seed='-1')
  refuses(('protocol.kind', 'there are none'), protocol__kind='given')
  refuses(('protocol.folds', '4 subjects', '--config'), protocol__folds='5')
  refuses('execution.first_trials', execution__first_trials='3')
  refuses(
    ('execution.devices_per_trial', 'spreads a trial over 4096 devices, here '),
    execution__devices_per_trial='4096',
  )


def test_datasets(refuses, tmp_path):
  refuses(("'nil'", 'clip_folder'), dataset__name='nil')
  command = 'python -m stc_jax.prepare --dataset=clip_folder --builder_config=other'
  refuses(('not prepared', command), dataset__builder_config='other')
  small_run.write_clips(tmp_path / 'clips', subjects=('anna',))
  alone = tmp_path / 'data'
  preparation.prepare('clip_folder', '', str(alone), str(tmp_path / 'clips'))
  refuses(('protocol.folds', '1 subject:', 'unit=sequence'), data_dir=alone)
  (record,) = alone.rglob('*.array_record*')
  whole = record.read_bytes()
  middle = len(whole) // 4
  record.write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
  refuses((str(record.parent), '--overwrite'), data_dir=alone)


def test_workdirs(refuses, run, finished, tmp_path):
  (tmp_path / 'file').write_text('in the way')
  refuses((str(tmp_path / 'file'), '--workdir'), workdir=tmp_path / 'file' / 'run')
  refuses(
    (str(finished / 'config.json'), '"lstm_width"', '--workdir'),
    workdir=finished,
    stc_nlstm__lstm_width='9',
  )
  gone = tmp_path / 'gone'
  refuses((str(gone), 'no run there'), '--mode=evaluate', workdir=gone)
  refused(run('stc_jax.main', '--mode=evaluate', f'--workdir={gone}'), str(gone))
  refused(run('stc_jax.main', '--mode=evaluate'), '--workdir')
  assert not gone.exists()


def test_a_full_disk(run, data_dir, tmp_path):
  full = tmp_path / 'full'
  full.mkdir()
  done = run('tests.full_disk', *small_run.command(data_dir, full)[1:])
  refused(done, (str(full / 'config.json'), 'No space left', 'make room'))
  assert not list(full.glob('*.part')) + list(full.glob('.*.part'))


def test_damaged_results(refuses, finished, tmp_path):
  run = shutil.copytree(finished, tmp_path / 'run')
  trial = run / 'trials' / '0-1.json'
  whole = trial.read_bytes()
  for text in (b'', whole[: len(whole) // 2], b'\xff\x00', b'[]', b'{"fold": 1}'):
    trial.write_bytes(text)
    refuses((str(trial), 'remove it'))
  trial.write_bytes(whole)
  (run / 'config.json').write_bytes(b'\xff\xfe')
  refuses((str(run / 'config.json'), '--workdir'))


def test_another_dataset_than_before(refuses, finished, data_dir, tmp_path):
  clips = tmp_path / 'clips'
  small_run.write_clips(clips)
  picture = clips / small_run.LABELS[0] / 'anna_1' / '0.png'
  shutil.copy(picture.with_name('2.png'), picture)
  other = tmp_path / 'data'
  preparation.prepare('clip_folder', '', str(other), str(clips))
  run = shutil.copytree(finished, tmp_path / 'run')
  refuses((str(run / 'dataset.json'), 'sha256', '--workdir'), data_dir=other)


def test_damaged_models(refuses, finished, tmp_path):
  run = shutil.copytree(finished, tmp_path / 'run')
  model, said = run / 'models' / '0-1', (run / 'predictions.csv').read_bytes()
  weights = load_file(model / 'weights.safetensors')
  weights['params/fc/kernel'][:] = np.nan
  save_file(weights, model / 'weights.safetensors')
  refuses((str(model), 'params/fc/kernel', 'not finite'), '--mode=evaluate')
  assert (run / 'predictions.csv').read_bytes() == said
  _garble(model)
  refuses((str(model), 'train its trial again'), '--mode=evaluate')
  shutil.rmtree(model)
  refuses((str(model), 'train'), '--mode=evaluate')


@pytest.mark.parametrize('kept', [0.5, 0])
def test_damaged_checkpoints(refuses, interrupted, tmp_path, kept):
  run = shutil.copytree(interrupted, tmp_path / 'run')
  _garble(run / 'checkpoints', kept)
  refuses((str(run / 'checkpoints' / '0-0'), 'remove it'), **LONG)


def test_a_checkpoint_of_another_trial(refuses, interrupted, tmp_path):
  run = shutil.copytree(interrupted, tmp_path / 'run')
  (identity,) = (run / 'checkpoints').glob('0-0/*/identity/metadata')
  other = json.loads(identity.read_text()) | {'test': [0]}
  identity.write_text(json.dumps(other))
  refuses((str(run / 'checkpoints' / '0-0'), 'other clips'), **LONG)


def _garble(folder, kept: float = 0.5) -> None:
  for path in folder.rglob('*'):
    if path.is_file():
      os.truncate(path, int(path.stat().st_size * kept))
