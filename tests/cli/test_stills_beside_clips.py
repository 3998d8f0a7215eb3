"""Clips of one frame beside others, on the command line."""

import csv
import json

import pytest
import small_run
from command import succeeds

from stc_jax.bundle import bundle_folder

FIELDS = small_run.NETWORK | {
  'dataset.name': '',
  'dataset.names': "('clip_folder', 'clip_folder/stills')",
  'dataset.balanced': 'True',
  'input.frames': '4',
  'input.still_motion': '1.0',
  'input.still_share': '0.3',
  'protocol.folds': '2',
  'training.stages': '((12, 0.001),)',
  'training.batch_size': '4',
  'execution.steps_per_chunk': '3',
}


@pytest.mark.slow
def test_stills_train_beside_clips_and_stills_are_labelled(made, environment, tmp_path):
  raw, data, out = (tmp_path / name for name in ('raw', 'data', 'out'))
  small_run.write_clips(raw, small_run.SUBJECTS[:2])
  for frame in raw.glob('*/*/*.png'):
    if frame.stem != '2':
      frame.unlink()  # the last one is left
  (data / 'clip_folder').mkdir(parents=True)
  (data / 'clip_folder' / 'default').symlink_to(made.data / 'clip_folder' / 'default')
  prepare = (*small_run.PREPARE, '--builder_config=stills')
  succeeds(*prepare, f'--manual_dir={raw}', f'--data_dir={data}')

  results = {}
  for placement in ('device', 'host'):
    run = tmp_path / placement
    argv = small_run.of_launch_file(
      'clip_folder', data, run, FIELDS, execution__placement=placement
    )
    succeeds(*argv, env=environment)
    results[placement] = json.loads((run / 'summary.json').read_text())
  assert results['device']['confusion'] == results['host']['confusion']
  bundle = bundle_folder.load(run / 'models' / '0-0')
  # The stills count for motion, not for the duration of a window.
  assert bundle.clip_seconds['low'] == pytest.approx(small_run.FRAMES / 25)
  assert bundle.clip_motion['low'] == 0 < bundle.clip_motion['high']
  assert bundle.input.still_motion == 1.0

  still = next(raw.glob('*/*/*.png'))
  answer = ('stc_jax.predict', f'--model={run}', str(still), f'--out={out}')
  succeeds(*answer, env=environment)
  with (out / f'{still.stem}.csv').open(newline='') as file:
    assert all(row['label'] for row in csv.DictReader(file))
