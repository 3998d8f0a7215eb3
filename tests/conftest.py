"""Fixtures of the command line's tests: clips, an environment, a finished run."""

import os
import pathlib
import shutil
from typing import NamedTuple

import filelock
import pytest
import small_run
from command import succeeds

# Before JAX is first used: most of the tests' time is spent on compiling.
os.environ.setdefault('XLA_FLAGS', small_run.FAST['XLA_FLAGS'])


class SharedFolders(NamedTuple):
  """What is made once, for all processes that run tests; for reading only."""

  data: pathlib.Path
  run: pathlib.Path
  programs: pathlib.Path


@pytest.fixture(scope='session')
def made(tmp_path_factory) -> SharedFolders:
  own = tmp_path_factory.getbasetemp()
  home = own.parent if 'PYTEST_XDIST_WORKER' in os.environ else own
  folder = SharedFolders(home / 'data', home / 'run', home / 'programs')
  with filelock.FileLock(home / 'made.lock'):
    if not (home / 'made').exists():
      clips = home / 'clips'
      small_run.write_clips(clips)
      sources = (f'--manual_dir={clips}', f'--data_dir={folder.data}')
      succeeds(*small_run.PREPARE, *sources)
      command = small_run.command(folder.data, folder.run)
      succeeds(*command, env=_environment(folder.programs))
      (home / 'made').touch()
  return folder


@pytest.fixture(scope='session')
def environment(tmp_path_factory, made) -> dict[str, str]:
  """For our commands: programs are compiled once, and fast."""
  own = tmp_path_factory.mktemp('compiled') / 'programs'
  return _environment(shutil.copytree(made.programs, own))


@pytest.fixture(scope='session')
def data_dir(made):
  """Holds the small clips, prepared; for reading only."""
  return made.data


@pytest.fixture(scope='session')
def finished(tmp_path_factory, made):
  """The folder of a run that nothing disturbed; for reading only."""
  return shutil.copytree(made.run, tmp_path_factory.mktemp('finished') / 'run')


def _environment(programs: pathlib.Path) -> dict[str, str]:
  return os.environ | small_run.FAST | {'JAX_COMPILATION_CACHE_DIR': str(programs)}
