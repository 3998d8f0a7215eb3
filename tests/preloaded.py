"""Runs our commands in processes that begin with the heavy imports done.

The code, its arguments, streams and exit code are those of `python -m`; only the
seconds that each new interpreter would spend on importing JAX and its like are saved.
"""

import multiprocessing
import os
import pathlib
import runpy
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import forkserver
from unittest import mock


def server(env: dict[str, str], folder: pathlib.Path) -> Callable:
  """Returns `run(*argv)`, a `subprocess.run` with captured text.

  All processes have the environment `env`; `folder` is for their output.
  """
  context = multiprocessing.get_context('forkserver')
  context.set_forkserver_preload(['stc_jax.runs.run', 'stc_jax.data.preparation'])
  with mock.patch.dict(os.environ, env):
    forkserver.ensure_running()

  def run(*argv: str) -> subprocess.CompletedProcess:
    streams = [folder / 'stdout', folder / 'stderr']
    child = context.Process(target=_become, args=(argv, streams))
    child.start()
    child.join(timeout=100)
    if child.is_alive():
      child.kill()
      raise TimeoutError(argv)
    said = [path.read_text() for path in streams]
    return subprocess.CompletedProcess(argv, child.exitcode, *said)

  return run


def _become(argv, streams) -> None:
  """Becomes the command; its `SystemExit` ends the process with its code."""
  for number, path in enumerate(streams, start=1):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
  sys.argv = list(argv)
  runpy.run_module(argv[0], run_name='__main__', alter_sys=True)
