"""The command line of `stc_jax.benchmark`, on a small model."""

import json

import pytest
from command import fails, succeeds
from small import configs

SMALL = (
  '--config=launch/clip_folder.py',
  '--config.input.height=16',
  '--config.input.width=16',
  '--config.stc_nlstm.notation=C(3,4)-BN-P2-C(3,4)-S',
  '--config.stc_nlstm.lstm_width=8',
  '--repeats=1',
)


@pytest.mark.slow
def test_every_part_is_measured(tmp_path, data_dir, environment):
  found, picture = tmp_path / 'out.json', tmp_path / 'roofline.png'
  said = succeeds(
    'stc_jax.benchmark',
    *SMALL,
    f'--config.execution.data_dir={data_dir}',
    f'--json={found}',
    f'--picture={picture}',
    env=environment,
  )
  report = json.loads(found.read_text())
  parts = report['parts']
  assert set(parts) == {
    'training',
    'whole loop',
    'inference',
    'input pipeline',
    'host pipeline',
    'preprocessing',
  }
  for name, part in parts.items():
    rates = part['per_second']
    assert 0 < rates['min'] <= rates['median'] <= rates['max']
    assert name in said
  training = parts['training']
  assert training['flops_per_second'] == pytest.approx(
    training['per_second']['median'] * report['flops']['training_per_clip']
  )
  assert 0 < training['ceiling_share'] < 1
  assert picture.read_bytes().startswith(b'\x89PNG')


@pytest.mark.slow
def test_a_profile_has_every_part_alone_and_in_the_step(tmp_path, environment):
  found = tmp_path / 'out.json'
  said = succeeds(
    'stc_jax.benchmark', *SMALL, '--profile', f'--json={found}', env=environment
  )
  report = json.loads(found.read_text())
  rows = {row['part']: row for row in report['rows']}
  directed = ['conv1', 'conv1: BN, activation, P2', 'conv2', 'pyramids', 'T-LSTMs']
  for part in (*directed, 'C-LSTM'):
    for direction in ('forward', 'backward'):
      row = rows[f'{part}, {direction}']
      assert row['step_share'] > 0, part
      assert row['alone_seconds'] >= 0
      assert row['part'] in said
  assert min(rows[part]['alone_seconds'] for part in ('input', 'optimiser')) > 0
  assert sum(row['step_share'] for row in rows.values()) == pytest.approx(1)
  assert 0 < rows['conv2, backward']['ceiling_share'] < 1


def test_bad_input_is_refused_before_anything_is_measured(tmp_path, environment):
  fails(
    'stc_jax.benchmark',
    *SMALL,
    '--config.stc_nlstm.lstm_readout=mean',
    '--peer=torch',
    naming="stc_nlstm.lstm_readout='last'",
    env=environment,
  )
  path = tmp_path / 'missing' / 'out.json'
  fails(
    'stc_jax.benchmark', *SMALL, f'--json={path}', naming=str(path), env=environment
  )


def test_the_peer_trains_and_tests():
  pytest.importorskip('torch')
  torch_speed = pytest.importorskip('benchmarks.torch_speed')
  size = {'frames': 5, 'height': 19, 'width': 26, 'views': ['original', 'mirrored']}
  size['transforms'] = ['local_contrast', 'frames_and_change']
  spec = {'batch_size': 2, 'clips': 4, 'classes': 6, 'augment': 'strong', 'input': size}
  forms = torch_speed.TwinForms(configs.SMALL, spec | {'passes': 2})
  assert forms.names[:2] == ['eager', 'compiled']
  for part in ('training', 'inference'):
    request = {'part': part, 'form': 'eager', 'calls': 1}
    assert torch_speed.answer(forms.seconds, request)['seconds'] > 0
  assert torch_speed.answer(forms.seconds, request | {'form': 'none'}) == {
    'error': "'none'"
  }
