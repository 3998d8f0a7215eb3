import errno
import os
import re
import resource

import jax
import numpy as np
import pytest

from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.training.checkpoint import TrialCheckpoint
from stc_jax.training.state import TrainState

TRIAL = Trial(repeat=0, fold=1, seed=5, train=np.array([0, 2]), test=np.array([1]))
STATE = TrainState(
  step=np.int32(3),
  params={'kernel': np.arange(3000, dtype=np.float32).reshape(30, 100)},
  batch_stats={},
  opt_state=(),
  curves={'loss': np.ones(7, np.float32)},
)


@pytest.fixture
def saved(tmp_path):
  checkpoint = TrialCheckpoint(tmp_path, TRIAL)
  checkpoint.save(STATE)
  checkpoint.close()
  return tmp_path


def restored(folder):
  checkpoint = TrialCheckpoint(folder, TRIAL)
  try:
    return checkpoint.restore(jax.tree.map(np.zeros_like, STATE))
  finally:
    checkpoint.close()


def test_what_was_saved_comes_back(saved):
  jax.tree.map(np.testing.assert_array_equal, restored(saved), STATE)


def test_a_changed_byte_of_an_array_is_noticed(saved):
  path = max(
    (p for p in saved.rglob('*') if p.is_file()), key=lambda p: p.stat().st_size
  )
  data = bytearray(path.read_bytes())
  data[len(data) // 2] ^= 1
  path.write_bytes(data)
  with pytest.raises(InputError, match=r'damaged.*; remove it to train its trial'):
    restored(saved)


@pytest.mark.parametrize(
  'fault',
  [
    MemoryError('no more'),
    ValueError('RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.'),
    OSError(errno.ESTALE, os.strerror(errno.ESTALE), 'file'),
    PermissionError(errno.EACCES, os.strerror(errno.EACCES), 'file'),
    AttributeError("'NoneType' object has no attribute 'shape'"),
  ],
)
def test_what_is_no_damage_never_advises_to_remove(saved, monkeypatch, fault):
  def fails(*args, **kwargs):
    raise fault

  monkeypatch.setattr('orbax.checkpoint.CheckpointManager.restore', fails)
  with pytest.raises(type(fault)) as caught:
    restored(saved)
  assert caught.value is fault


@pytest.fixture
def small_files():
  """Of this process, as a full disk: writes fail half-way."""
  soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
  resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
  yield
  resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_failed_write_is_raised_once_by_the_folder_s_name(small_files, tmp_path):
  noise = np.random.default_rng(0).normal(size=(30, 30_000)).astype(np.float32)
  state = STATE.replace(params={str(row): noise[row] for row in range(len(noise))})
  folder = re.escape(str(tmp_path / 'checkpoints' / TRIAL.name))
  checkpoint = TrialCheckpoint(tmp_path, TRIAL)
  checkpoint.save(state)
  # What TensorStore complains of, pytest would report.
  with pytest.raises(OSError, match=f"File too large: '{folder}'") as caught:
    checkpoint.close()
  assert caught.value.errno == errno.EFBIG
