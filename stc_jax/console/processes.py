"""Several processes that share every trial: on this machine, or on a cluster's.

`--processes=N` starts N here, and watches them: where one ends, all do, and one line
says why. On a cluster each process is started by the cluster, with --coordinator.
"""

import contextlib
import importlib
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

from absl import flags

from stc_jax.errors import InputError

_PROCESSES = flags.DEFINE_integer(
  'processes',
  1,
  'Start so many processes on this machine, which share every trial, on CPUs; GPUs of '
  'one machine need no more than one.',
  lower_bound=1,
)
_COORDINATOR = flags.DEFINE_string(
  'coordinator',
  '',
  'Of one of several processes: host:port of the first of them, which all can reach; '
  "'auto': what the cluster's environment (SLURM, MPI, TPU) says.",
)
_COUNT = flags.DEFINE_integer('process_count', 0, 'With --coordinator: how many.')
_NUMBER = flags.DEFINE_integer('process_id', -1, 'With --coordinator: which, from 0.')

# How long the others wait for a sign of life of one, and for its farewell.
_HEARTBEAT_SECONDS, _FAREWELL_SECONDS = 30, 10
# How long an interrupt may take, before it is a kill.
_INTERRUPT_SECONDS = 15
_BAD_INPUT, _INTERRUPTED = 2, 130
# Set for processes that --processes started.
_STARTED = 'STC_JAX_STARTED'
_LOOK_SECONDS = 0.1


def start_or_join() -> int | None:
  """Starts what --processes asks for, or joins the others that --coordinator names.

  Returns:
    The exit code, where processes were started: all of them have ended. None, where
    this is one that should go on.

  Raises:
    InputError: flags that don't go together.
  """
  if _PROCESSES.value > 1:
    if _COORDINATOR.value:
      raise InputError('--processes: starts its own; leave out --coordinator')
    signal.signal(signal.SIGTERM, _end)
    with contextlib.ExitStack() as files:
      return _watch(_start(_PROCESSES.value, files))
  if os.environ.get(_STARTED):
    _follow_parent()
  if _COORDINATOR.value == 'auto':
    _join()
  elif _COORDINATOR.value:
    if not 0 <= _NUMBER.value < _COUNT.value:
      raise InputError(
        '--coordinator: needs --process_count and --process_id, from 0 to one less'
      )
    _join(
      coordinator_address=_COORDINATOR.value,
      num_processes=_COUNT.value,
      process_id=_NUMBER.value,
    )
  elif _COUNT.value or _NUMBER.value >= 0:
    raise InputError('--process_count, --process_id: only go with --coordinator')
  return None


def _join(**given) -> None:
  """Waits for the others.

  Raises:
    InputError: they, or the cluster, can't be found.
  """
  distributed = importlib.import_module('jax').distributed  # seconds, not for --help
  try:
    distributed.initialize(
      **given,
      heartbeat_timeout_seconds=_HEARTBEAT_SECONDS,
      shutdown_timeout_seconds=_FAREWELL_SECONDS,
    )
  except (RuntimeError, ValueError) as error:
    reason = ' '.join(str(error).split())
    raise InputError(f'--coordinator={_COORDINATOR.value}: {reason}') from error


class _Started(NamedTuple):
  """One of the processes, and what it says of errors."""

  process: subprocess.Popen
  errors: BinaryIO


def _start(count: int, files: contextlib.ExitStack) -> list[_Started]:
  """Starts this command `count` times; what each says of errors goes to a file.

  What is shown on the terminal is the first one's.
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
    started.append(_Started(process, errors))
  return started


def _watch(started: Sequence[_Started]) -> int:
  """Waits for all; once one has failed, ends the others. Returns the exit code."""
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
  """Until all have ended, or for so long."""
  end = time.monotonic() + seconds
  for process in processes:
    with contextlib.suppress(subprocess.TimeoutExpired):
      process.wait(max(0.0, end - time.monotonic()))


def _end(signal_number: int, frame) -> None:
  """SIGTERM ends this process as an error does: with those that it started."""
  del frame
  raise SystemExit(128 + signal_number)


def _follow_parent() -> None:
  """Ends this process once the one that started it is gone, whatever ended that."""
  parent = os.getppid()

  def look():
    while os.getppid() == parent:
      time.sleep(1)
    os._exit(1)

  threading.Thread(target=look, daemon=True).start()


def _first_cause(codes: Sequence[int | None]) -> int | None:
  """Which process's end is to be told: a killed one's, bad input, any other."""
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
  errors.seek(0)
  sys.stderr.buffer.write(errors.read())
  sys.stderr.flush()


def leave(code: int) -> None:
  """Ends one of several processes at once: the others would be waited for in vain."""
  if _COORDINATOR.present and _COORDINATOR.value:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
