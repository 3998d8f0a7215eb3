"""Several processes that share every trial: on this machine, or on a cluster.

`--processes=N` starts N processes here and watches them: if one fails, all are ended
and one line says why. A cluster starts its processes itself, with --coordinator.
"""

import os
import sys

from absl import flags

from stc_jax import late
from stc_jax.cli import local_processes
from stc_jax.errors import InputError

_PROCESSES = flags.DEFINE_integer(
  'processes',
  1,
  'Processes to start on this machine, which share every trial; for CPUs. One process '
  'uses all GPUs of a machine.',
  lower_bound=1,
)
_COORDINATOR = flags.DEFINE_string(
  'coordinator',
  '',
  'For one of several processes: host:port of the first, which all must reach; auto '
  "takes it from the cluster's environment (SLURM, MPI, TPU).",
)
_COUNT = flags.DEFINE_integer(
  'process_count', 0, 'With --coordinator: the number of processes.'
)
_NUMBER = flags.DEFINE_integer(
  'process_id',
  -1,
  'With --coordinator: the number of this process, from 0.',
)

# How long the others wait for the heartbeat of one, and for its shutdown.
_HEARTBEAT_SECONDS, _FAREWELL_SECONDS = 30, 10


def start_or_join() -> int | None:
  """Starts the processes of --processes, or joins the others of --coordinator.

  Returns:
    The exit code, if processes were started: all of them have ended. None, if this
    process is to do the work.

  Raises:
    InputError: flags that don't go together.
  """
  if _PROCESSES.value > 1:
    if _COORDINATOR.value:
      raise InputError('--processes: starts them all; leave out --coordinator')
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
    raise InputError('--process_count, --process_id: need --coordinator')
  return None


def is_joined() -> bool:
  """Whether this is one of several processes."""
  return _COORDINATOR.present and bool(_COORDINATOR.value)


def _join(**given) -> None:
  """Connects with the other processes.

  Raises:
    InputError: they, or the cluster's environment, can't be found.
  """
  distributed = late.load('jax').distributed
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
  """Ends one of several processes at once, without a wait for the others."""
  if is_joined():
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
