"""Which code, packages and machine a run's numbers come from."""

import os
import pathlib
import platform
import shlex
import subprocess
import sys
from importlib import metadata

import jax

import stc_jax
from stc_jax import machine

_PACKAGES = (
  'stc_jax',
  'jax',
  'jaxlib',
  'flax',
  'optax',
  'orbax-checkpoint',
  'tensorflow-datasets',
  'numpy',
  'scipy',
  'scikit-learn',
  'opencv-python-headless',
)

_SCRIPT = 'stc-jax'  # that is installed for `python -m stc_jax`
# Flags that say how processes share the work: no number follows from them.
_TOGETHER = ('--processes', '--process_', '--coordinator')


def packages() -> dict[str, str]:
  """The versions that a number may depend on."""
  return {name: _version(name) for name in _PACKAGES}


def _version(name: str) -> str:
  """Of a package, which may also lie on the path without being installed."""
  try:
    return metadata.version(name)
  except metadata.PackageNotFoundError:
    return 'not installed'


def environment() -> dict:
  """What else a number may depend on: code, versions, devices, the machine's kind."""
  kinds, backend = [one.device_kind for one in jax.devices()], jax.default_backend()
  return {
    'revision': revision(),
    'packages': packages(),
    'python': platform.python_version(),
    'platform': platform.platform(),
    'cores': machine.cores(),
    'backend': backend,
    # Those of a CPU are the same one, seen several times.
    'devices': kinds[: jax.process_count()] if backend == 'cpu' else kinds,
    'XLA_FLAGS': os.environ.get('XLA_FLAGS', ''),
  }


def command() -> str:
  """That of this process, as a shell reads it; how several work together left out."""
  argv = [a for a in sys.orig_argv[1:] if not a.startswith(_TOGETHER)]
  if argv and pathlib.Path(argv[0]).name == _SCRIPT:
    return shlex.join([_SCRIPT, *argv[1:]])
  return shlex.join(['python', *argv])


def revision() -> dict[str, str | bool] | None:
  """The code's commit, and whether files of it were changed since.

  None where the code is in no checkout of its own, or git isn't there.
  """
  package = pathlib.Path(stc_jax.__file__).parent
  if _git(package, 'ls-files', '--error-unmatch', '__init__.py') is None:
    return None
  commit = _git(package, 'rev-parse', 'HEAD')
  changed = _git(package, 'status', '--porcelain', '--untracked-files=no', ':/')
  return commit and {'commit': commit, 'changed': bool(changed)}


def _git(folder: pathlib.Path, *argv: str) -> str | None:
  """What git says; None where it refuses or isn't there."""
  command = ['git', '-C', str(folder), *argv]
  try:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
  except (OSError, subprocess.CalledProcessError):
    return None
  return done.stdout.strip()
