"""Several processes that share every trial: on this machine, or on a cluster's.

`--processes=N` starts N here, and watches them: where one ends, all do, and one line
says why. On a cluster each process is started by the cluster, with --coordinator.
"""

import importlib
import os
import sys

from absl import flags

from stc_jax.console import local_processes
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
    return local_processes.start_and_watch(_PROCESSES.value)
  local_processes.follow_starter()
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


def leave(code: int) -> None:
  """Ends one of several processes at once: the others would be waited for in vain."""
  if _COORDINATOR.present and _COORDINATOR.value:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
