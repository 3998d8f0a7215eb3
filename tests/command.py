"""Runs commands of stc_jax in processes of their own."""

import os
import subprocess

import preloaded


def succeeds(*argv: str, **options) -> str:
  """Runs `python -m argv`; returns its standard output. Standard error stays empty."""
  done = run(*argv, **options)
  assert done.returncode == 0, done.stderr
  assert not done.stderr, done.stderr
  return done.stdout


def fails(*argv: str, naming: str | tuple[str, ...], **options) -> str:
  """Runs `python -m argv`, which must refuse its input; returns the line it says."""
  return refused(run(*argv, **options), naming)


def refused(done: subprocess.CompletedProcess, naming: str | tuple[str, ...]) -> str:
  """Checks for exit code 2 and one line on standard error, which names all of `naming`.

  Returns the line.
  """
  assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
  assert 'Traceback' not in done.stdout + done.stderr
  assert done.stderr.startswith('error: '), done.stderr
  assert done.stderr.endswith('\n'), done.stderr
  assert done.stderr.count('\n') == 1, done.stderr
  for name in (naming,) if isinstance(naming, str) else naming:
    assert name in done.stderr, (name, done.stderr)
  return done.stderr


def run(*argv: str, **options) -> subprocess.CompletedProcess:
  """Runs `python -m argv`; `options` may name its `env` and `cwd`."""
  return preloaded.run(
    argv,
    env=dict(options.get('env', os.environ)),
    cwd=str(options.get('cwd', os.getcwd())),
    timeout=300,
  )
