"""Runs commands in processes that have already imported the heavy modules.

The code, its arguments, streams, folder and exit code are those of `python -m`; only
the seconds that each new interpreter would spend on importing JAX and its like are
saved. A server imports them once and forks; it never computes, so it has no threads of
ours and no device.

As a program, it is that server: `python tests/preloaded.py` reads a request a line, and
answers each with an exit code.
"""

import atexit
import dataclasses
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from typing import NoReturn

_MODULES = (
  'stc_jax.runs.run',
  'stc_jax.data.preparation',
  'stc_jax.predict.folder.batch',
  'stc_jax.report.writer',
  'stc_jax.tasks.pictures',
  'scipy.stats',
  'sklearn.metrics',
  'sklearn.model_selection',
  'sklearn.svm',
)
# What JAX and the interpreter read while they are imported: another server for others.
_AT_IMPORT = ('JAX_', 'PYTHON', 'TFDS_')
_READY = 'ready'


@dataclasses.dataclass(frozen=True)
class _Request:
  argv: tuple[str, ...]
  env: dict[str, str]
  cwd: str
  stdout: str
  stderr: str


def run(
  argv: tuple[str, ...], env: dict[str, str], cwd: str, timeout: float
) -> subprocess.CompletedProcess:
  """Does as `python -m argv`, with captured text.

  Raises:
    subprocess.TimeoutExpired: it didn't end in time.
  """
  at_import = {k: v for k, v in env.items() if k.startswith(_AT_IMPORT)}
  server = _server(json.dumps(at_import, sort_keys=True))
  with tempfile.TemporaryDirectory() as folder:
    streams = [os.path.join(folder, name) for name in ('stdout', 'stderr')]
    code = server.ask(_Request(argv, env, cwd, *streams), timeout)
    said = []
    for path in streams:
      with open(path, encoding='utf-8') as file:
        said.append(file.read())
  return subprocess.CompletedProcess(argv, code, *said)


class _Server:
  """A process that has imported everything and forks on request."""

  def __init__(self, env: dict[str, str]):
    self._process = subprocess.Popen(
      [sys.executable, __file__],
      env=env,
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      text=True,
      start_new_session=True,  # so that a child that hangs ends with it
    )
    self._lock = threading.Lock()
    atexit.register(self.stop)
    assert self._process.stdout.readline().strip() == _READY

  def ask(self, request: _Request, timeout: float) -> int:
    with self._lock:
      self._process.stdin.write(json.dumps(dataclasses.asdict(request)) + '\n')
      self._process.stdin.flush()
      late = threading.Timer(timeout, self.stop)
      late.start()
      answer = self._process.stdout.readline()
      late.cancel()
    if not answer:
      _server.cache_clear()
      raise subprocess.TimeoutExpired(request.argv, timeout)
    return int(answer)

  def stop(self) -> None:
    """Ends the server and what it runs."""
    if self._process.poll() is None:
      os.killpg(self._process.pid, signal.SIGKILL)
    self._process.communicate()  # waits, and closes the pipes


@functools.cache
def _server(at_import: str) -> _Server:
  rest = {k: v for k, v in os.environ.items() if not k.startswith(_AT_IMPORT)}
  return _Server(rest | json.loads(at_import))


def _serve() -> None:
  """Forks for each request of standard input, and tells the child's exit code."""
  requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), 'w')
  os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # a child must not read requests
  for module in _MODULES:
    importlib.import_module(module)
  gc.collect()
  gc.freeze()  # else the first collection in a child copies all of its memory
  print(_READY, file=answers, flush=True)
  for line in requests:
    child = os.fork()
    if not child:
      _become(_Request(**json.loads(line)))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(request: _Request) -> NoReturn:
  """Becomes the command, and ends as it does."""
  for number, path in ((1, request.stdout), (2, request.stderr)):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
  os.environ.clear()
  os.environ.update(request.env)
  os.chdir(request.cwd)
  sys.path[0] = request.cwd  # as `python -m` has it
  sys.argv = list(request.argv)
  sys.orig_argv = [sys.executable, '-m', *request.argv]  # runs note it
  runpy.run_module(request.argv[0], run_name='__main__', alter_sys=True)
  raise SystemExit(0)


if __name__ == '__main__':
  _serve()
