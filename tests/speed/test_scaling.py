import programs

from stc_jax.data.folds import ProtocolConfig
from stc_jax.experiment import DatasetConfig, Experiment
from stc_jax.speed import scaling

EXPERIMENT = Experiment(
  DatasetConfig('clip_folder', '', '', 0.0, 'last'),
  programs.MODEL,
  ProtocolConfig(2, 1, 'subject', 0, 0),
  programs.TRAINING,
)


def test_rows_count_what_grows(monkeypatch):
  grid = {'batch size': (2,), 'frames': (3,), 'trials': (2,), 'devices': (1, 9999)}
  monkeypatch.setattr(scaling, 'GRID', grid)
  told = []
  rows = scaling.rows(EXPERIMENT, device_count=1, repeats=1, tell=told.append)
  assert [(row['quantity'], row['value']) for row in rows] == [
    ('batch size', 2),
    ('frames', 3),
    ('trials', 2),
    ('devices', 1),
  ]
  assert len(told) == len(rows)
  batch = programs.TRAINING.batch_size
  for row, clips in zip(rows, (2, batch, 2 * batch, batch), strict=True):
    assert abs(row['clips_per_second'] * row['seconds'] - clips) < 1e-6
