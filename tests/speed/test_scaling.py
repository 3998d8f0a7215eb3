import clip_sets
import programs

from stc_jax.runs.config import DatasetConfig, ExecutionConfig, Experiment
from stc_jax.speed import scaling

EXPERIMENT = Experiment(
  dataset=DatasetConfig('clip_folder', '', 'last'),
  input=clip_sets.INPUT,
  model='stc_nlstm',
  network=programs.NETWORK,
  protocol=programs.PROTOCOL,
  training=programs.TRAINING,
  execution=ExecutionConfig('', 0, 1, 1, programs.CHUNK, 60.0),
)


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
