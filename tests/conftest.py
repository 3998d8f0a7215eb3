"""What the tests of the command line share: clips, an environment, a finished run."""

import os

import pytest
import small_run
from command import succeeds

# Before JAX is first used: most of the tests' time is spent on compiling.
os.environ.setdefault('XLA_FLAGS', small_run.FAST['XLA_FLAGS'])


@pytest.fixture(scope='session')
def environment(tmp_path_factory) -> dict[str, str]:
  """For our commands: programs are compiled once, and fast."""
  cache = tmp_path_factory.mktemp('compiled')
  return os.environ | small_run.FAST | {'JAX_COMPILATION_CACHE_DIR': str(cache)}


@pytest.fixture(scope='session')
def data_dir(tmp_path_factory):
  """Holds the small clips, prepared."""
  clips, data_dir = tmp_path_factory.mktemp('clips'), tmp_path_factory.mktemp('data')
  small_run.write_clips(clips)
  succeeds(*small_run.PREPARE, f'--manual_dir={clips}', f'--data_dir={data_dir}')
  return data_dir


@pytest.fixture(scope='session')
def finished(tmp_path_factory, data_dir, environment):
  """The folder of a run that nothing disturbed; for reading only."""
  workdir = tmp_path_factory.mktemp('finished')
  succeeds(*small_run.command(data_dir, workdir), env=environment)
  return workdir
