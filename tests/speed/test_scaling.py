import clip_sets
import pytest
from small import programs

from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.runs.config import ExecutionConfig, Experiment
from stc_jax.speed import scaling
from stc_jax.tasks.registry import TaskConfig

EXPERIMENT = Experiment(
  dataset=DatasetConfig('clip_folder', '', 'last', 0.0),
  task=TaskConfig('classification', (), 1.0, 'none'),
  input=clip_sets.INPUT,
  model='stc_nlstm',
  network=programs.NETWORK,
  protocol=programs.PROTOCOL,
  training=programs.TRAINING,
  execution=ExecutionConfig(
    data_dir='',
    placement='device',
    first_trials=0,
    trials_per_device=1,
    devices_per_trial=1,
    steps_per_chunk=programs.CHUNK,
    checkpoint_seconds=60.0,
  ),
)


@pytest.mark.slow
def test_rows_count_what_grows(monkeypatch):
  grid = {
    'batch size': (2,),
    'frames': (3,),
    'devices': (1, 9999),
    'clips': (70,),
  }
  monkeypatch.setattr(scaling, 'GRID', grid)
  told = []
  rows = scaling.rows(EXPERIMENT, device_count=1, repeats=1, tell=told.append)
  assert [(row['quantity'], row['value']) for row in rows] == [
    ('batch size', 2),
    ('frames', 3),
    ('devices', 1),
    ('clips', 70),
  ]
  assert len(told) == len(rows)
  batch = programs.TRAINING.batch_size
  for row, clips in zip(rows, (2, batch, batch, batch), strict=True):
    assert abs(row['clips_per_second'] * row['seconds'] - clips) < 1e-6
