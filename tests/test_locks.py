import signal
import subprocess
import sys

import command
import pytest
import small_run

from stc_jax import locks
from stc_jax.errors import InputError

HOLD = """
import pathlib, sys, time
from stc_jax import locks
with locks.alone_in(pathlib.Path(sys.argv[1]), None):
  print('held', flush=True)
  time.sleep(100)
"""


@pytest.fixture
def holder(tmp_path):
  """A process that holds `tmp_path`."""
  argv = [sys.executable, '-c', HOLD, str(tmp_path)]
  with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
    assert process.stdout.readline() == 'held\n'
    yield process
    process.kill()


def test_the_second_hears_who_works_there(tmp_path, holder):
  with (
    pytest.raises(InputError, match=rf'{tmp_path}: process {holder.pid} on .* since'),
    locks.alone_in(tmp_path, on_wait=None),
  ):
    pass


def test_a_lock_goes_with_its_process_and_who_waits_goes_on(tmp_path, holder):
  told = []

  def on_wait(owner):
    told.append(owner)
    holder.send_signal(signal.SIGKILL)

  with locks.alone_in(tmp_path, on_wait):
    assert str(holder.pid) in told[0]


def test_a_run_is_refused_while_another_is_at_it(tmp_path, holder):
  small_run.write_clips(tmp_path / 'clips')
  where = f'--manual_dir={tmp_path / "clips"}', f'--data_dir={tmp_path / "data"}'
  command.succeeds(*small_run.PREPARE, *where)
  argv = small_run.command(tmp_path / 'data', tmp_path)
  command.fails(*argv, naming=(str(tmp_path), f'process {holder.pid}', 'wait for it'))
