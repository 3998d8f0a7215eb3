"""Starts this command several times on this machine; if one fails, all are ended."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

# Time for an orderly end after an interrupt; then the processes are killed.
_INTERRUPT_SECONDS = 15
_BAD_INPUT, _INTERRUPTED = 2, 130
# Set in the processes that this module starts.
_STARTED = 'STC_JAX_STARTED'
_LOOK_SECONDS = 0.1


def start_and_watch(count: int) -> int:
  """Starts `count` processes and waits for them; returns the exit code."""
  signal.signal(signal.SIGTERM, _end)
  with contextlib.ExitStack() as files:
    return _watch(_start(count, files))


def follow_starter() -> None:
  """Ends this process once the process that started it is gone."""
  if not os.environ.get(_STARTED):
    return
  starter = os.getppid()

  def look():
    while os.getppid() == starter:
      time.sleep(1)
    os._exit(1)

  threading.Thread(target=look, daemon=True).start()


class _ChildProcess(NamedTuple):
  """One of the processes, and its standard error."""

  process: subprocess.Popen
  errors: BinaryIO


def _start(count: int, files: contextlib.ExitStack) -> list[_ChildProcess]:
  """Starts this command `count` times, with standard error in a file each.

  Only the first writes to the terminal.
  """
  with contextlib.closing(socket.socket()) as free:
    free.bind(('localhost', 0))
    port = free.getsockname()[1]
  started = []
  for number in range(count):
    own = (
      '--processes=1',
      f'--coordinator=localhost:{port}',
      f'--process_count={count}',
      f'--process_id={number}',
    )
    errors = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    process = subprocess.Popen(
      [sys.executable, '-m', 'stc_jax.main', *sys.argv[1:], *own],
      env=os.environ | {_STARTED: '1'},
      stdout=None if number == 0 else subprocess.DEVNULL,
      stderr=errors,
    )
    started.append(_ChildProcess(process, errors))
  return started


def _watch(started: Sequence[_ChildProcess]) -> int:
  """Waits for all; if one fails, ends the others. Returns the exit code."""
  processes = [one.process for one in started]
  try:
    while True:
      codes = [process.poll() for process in processes]
      if any(codes) or None not in codes:
        break
      time.sleep(_LOOK_SECONDS)
  except KeyboardInterrupt:  # all of them were interrupted, too
    _wait(processes, _INTERRUPT_SECONDS)
    _show(started[0].errors)
    return _INTERRUPTED
  finally:
    for process in processes:
      if process.poll() is None:
        process.kill()  # loses nothing: the same command continues
        process.wait()
  failed = _first_cause(codes)
  if failed is None:
    _show(started[0].errors)
    return 0
  code = codes[failed]
  if code > 0:
    _show(started[failed].errors)
    return code
  name = signal.Signals(-code).name
  print(
    f'error: process {failed} of {len(codes)} was ended by {name}; all were stopped, '
    'and the same command continues from the last checkpoints',
    file=sys.stderr,
  )
  return 128 - code


def _wait(processes: Sequence[subprocess.Popen], seconds: float) -> None:
  """Waits until all have ended, but no longer than `seconds`."""
  end = time.monotonic() + seconds
  for process in processes:
    with contextlib.suppress(subprocess.TimeoutExpired):
      process.wait(max(0.0, end - time.monotonic()))


def _end(signal_number: int, frame) -> None:
  """Ends this process, and those that it started, at SIGTERM."""
  del frame
  raise SystemExit(128 + signal_number)


def _first_cause(codes: Sequence[int | None]) -> int | None:
  """The process whose end is reported: a killed one, bad input, or any other."""
  causes = (
    lambda code: code is not None and code < 0,
    lambda code: code == _BAD_INPUT,
    bool,
  )
  for is_cause in causes:
    for number, code in enumerate(codes):
      if is_cause(code):
        return number
  return None


def _show(errors: BinaryIO) -> None:
  """Copies a process's standard error to ours."""
  errors.seek(0)
  sys.stderr.buffer.write(errors.read())
  sys.stderr.flush()
