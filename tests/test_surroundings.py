"""Machines without a home folder, Unicode, locks or disk space."""

import errno
import fcntl
import os
import pathlib
import pwd
import stat
import subprocess
import sys
import tempfile

import pytest

from stc_jax import locks, machine
from stc_jax.data import catalogue
from stc_jax.errors import InputError

PLACES = ('HOME', 'XDG_CACHE_HOME', 'TFDS_DATA_DIR')


@pytest.fixture
def homeless(monkeypatch, tmp_path):
  """No HOME, and no entry of this user in the list of users; returns where /tmp is."""

  def no_entry(uid):
    raise KeyError(uid)

  for name in PLACES:
    monkeypatch.delenv(name, raising=False)
  monkeypatch.setattr(pwd, 'getpwuid', no_entry)
  monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
  return tmp_path


def test_without_a_home_what_can_be_made_again_is_temporary(homeless):
  folder = machine.cache_folder()
  assert folder.parent == homeless
  assert folder == machine.cache_folder()
  assert stat.S_IMODE(folder.stat().st_mode) == 0o700
  folder.rename(homeless / 'another')
  folder.symlink_to(homeless / 'another')  # by somebody else, in the machine's /tmp
  assert machine.cache_folder() != folder


def test_without_a_home_a_folder_must_be_named(homeless, monkeypatch):
  assert catalogue.data_root('data') == pathlib.Path('data')
  with pytest.raises(InputError, match=r'set HOME, or TFDS_DATA_DIR'):
    catalogue.data_root('')
  with pytest.raises(InputError, match=r'~/mine: no home folder is known; set HOME'):
    catalogue.data_root('~/mine')
  monkeypatch.setenv('TFDS_DATA_DIR', 'elsewhere')
  assert catalogue.data_root('') == pathlib.Path('elsewhere')


def test_a_home_that_cannot_be_written(homeless, monkeypatch):
  (homeless / 'file').touch()
  monkeypatch.setenv('HOME', str(homeless / 'file'))
  assert os.access(machine.cache_folder(), os.W_OK)


def test_an_empty_setting_is_none(monkeypatch, tmp_path):
  monkeypatch.setenv('HOME', str(tmp_path))
  monkeypatch.setenv('TFDS_DATA_DIR', '')
  monkeypatch.setenv('XDG_CACHE_HOME', '')
  assert catalogue.data_root('') == tmp_path / 'tensorflow_datasets'
  assert machine.cache_folder() == tmp_path / '.cache' / 'stc_jax'


def test_a_terminal_that_knows_ascii_alone():
  code = (
    'from stc_jax.cli import command_line\n'
    'from stc_jax.console import terminal\n'
    'command_line.run(lambda: terminal.console().print("fr\\xf6hlich \\xb1 1 \\u559c"))'
  )
  done = subprocess.run(
    [sys.executable, '-c', code],
    env=os.environ | {'PYTHONIOENCODING': 'ascii'},
    capture_output=True,
    text=True,
  )
  assert (done.returncode, done.stderr) == (0, '')
  assert done.stdout == 'fr\\xf6hlich \\xb1 1 \\u559c\n'


@pytest.mark.parametrize('lack', [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(lack, monkeypatch, tmp_path):
  def flock(*_):
    raise OSError(lack, os.strerror(lack))

  monkeypatch.setattr(fcntl, 'flock', flock)
  with (
    pytest.raises(InputError, match=f'{tmp_path}: its file system has no locks'),
    locks.alone_in(tmp_path, on_wait=None),
  ):
    pass
