"""A CPU's cores as devices of JAX, so that trials with short steps run side by side."""

import math
import os
from collections.abc import Iterable
from typing import Any

from stc_jax import late, machine

# Pixels of a batch. The demo's step has 13,824 and keeps 1.3 of two cores busy; the
# steps of the paper's size, 589,824, keep both busy.
_SHORT_STEP = 2**15


def share_cores(experiments: Iterable[Any]) -> None:
  """Makes every core a device, if the steps of an experiment are too short for all.

  Call it before JAX computes anything. It changes no result: trials on several devices
  don't communicate, and all devices use the same threads. The environment variables
  JAX_NUM_CPU_DEVICES and XLA_FLAGS have precedence. Other accelerators are unaffected.

  Args:
    experiments: of this process, each a `stc_jax.runs.config.Experiment`.
  """
  config = late.load('jax').config
  forced = '--xla_force_host_platform_device_count' in os.environ.get('XLA_FLAGS', '')
  if forced or config.jax_num_cpu_devices >= 0:
    return
  if any(map(_is_short, experiments)):
    config.update('jax_num_cpu_devices', _threads())


def _is_short(experiment: Any) -> bool:
  size = experiment.input
  clip = math.prod((size.frames, size.height, size.width))
  return experiment.training.batch_size * clip <= _SHORT_STEP


def _threads() -> int:
  """The threads of XLA's pool, which more devices than these would enlarge."""
  given = os.environ.get('NPROC', '')
  return min(machine.cores(), int(given)) if given.isdigit() else machine.cores()
