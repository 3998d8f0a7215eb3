"""Runs our commands in processes that begin with the heavy imports done.

The code, its arguments, streams and exit code are those of `python -m`; only the
seconds that each new interpreter would spend on importing JAX and its like are saved.
"""

import contextlib
import multiprocessing
import os
import pathlib
import runpy
import subprocess
import sys
import tempfile

_SERVER = multiprocessing.get_context('forkserver')
_SERVER.set_forkserver_preload(['stc_jax.screen', 'stc_jax.data.preparation'])


def run(argv, options) -> subprocess.CompletedProcess:
  """As `python -m argv` with captured streams; `options` may hold `env`, to add."""
  with tempfile.TemporaryDirectory() as folder:
    streams = [pathlib.Path(folder) / name for name in ('stdout', 'stderr')]
    child = _SERVER.Process(target=_be, args=(argv, options.get('env', {}), streams))
    child.start()
    child.join(timeout=300)
    code = child.exitcode
    if code is None:
      child.kill()
      raise TimeoutError(argv)
    return subprocess.CompletedProcess(argv, code, *(s.read_text() for s in streams))


def _be(argv, env, streams) -> None:
  """Becomes the command; `SystemExit` ends the process with its code."""
  os.environ.update(env)
  for number, path in enumerate(streams, start=1):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
  sys.argv = list(argv)
  with contextlib.suppress(BrokenPipeError):
    runpy.run_module(argv[0], run_name='__main__', alter_sys=True)
