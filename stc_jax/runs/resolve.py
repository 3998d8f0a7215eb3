"""Resolves a launch file for the set and the devices of a run."""

import dataclasses
import pathlib

import jax
import numpy as np
from rich.console import Console

from stc_jax import machine
from stc_jax.errors import InputError
from stc_jax.run_folder import identity
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.training import hosts, mesh
from stc_jax.training.placement import PLACEMENTS


def resolve(
  launch: Experiment, run_data: RunData, devices_per_trial: int, console: Console
) -> Experiment:
  """Sets the fields that depend on the set and the devices; nothing changes later.

  These are the number of frames, the devices of a trial, the digest of the model to
  start from, and where the frames are stored. With several processes, the first one
  chooses where, for all of them.

  Args:
    launch: the launch file, checked.
    run_data: the set that it names.
    devices_per_trial: see `choose_devices`.
    console: where the choice is printed.
  """
  place, reason = _placement(
    launch.execution.placement, run_data.clip_set.frames.nbytes
  )
  place = PLACEMENTS[int(hosts.from_first(np.array(PLACEMENTS.index(place))))]
  console.print(f'frames: on the {place} ({reason})', highlight=False)
  execution = dataclasses.replace(
    launch.execution, placement=place, devices_per_trial=devices_per_trial
  )
  training = launch.training
  if run_data.start:  # its files may change later
    training = dataclasses.replace(training, start_from=run_data.start.identity)
  return dataclasses.replace(
    launch, input=run_data.input, training=training, execution=execution
  )


def choose_devices(launch: Experiment, trials: int, workdir: pathlib.Path) -> int:
  """The number of devices for each trial of a run.

  It is fixed at the first start, because another number changes sums by rounding. On a
  CPU it is one unless another number is asked for: every step uses all cores anyhow.

  Args:
    launch: the launch file, checked.
    trials: of the whole protocol.
    workdir: the run's folder, which may hold earlier starts.

  Raises:
    InputError: the run was started with another number, or there are fewer devices.
  """
  asked = launch.execution.devices_per_trial
  earlier = identity.read_execution(workdir)
  if hosts.are_several():
    asked = asked or jax.device_count()
    if asked != jax.device_count():
      raise InputError(
        f'execution.devices_per_trial: {asked}, but several processes share every '
        f'trial, on all of their {jax.device_count()} devices; leave it out'
      )
  if earlier is not None:
    fixed = earlier['devices_per_trial']
    if asked not in (0, fixed):
      raise _other_devices(asked, fixed)
    asked = fixed
  elif jax.default_backend() == 'cpu':
    asked = asked or 1
  batch_size = launch.training.batch_size
  return mesh.devices_per_trial(asked, jax.device_count(), trials, batch_size)


def _other_devices(asked: int, fixed: int) -> InputError:
  if hosts.are_several():
    return InputError(
      f'--processes: share every trial among {asked} devices, but this run was '
      f'started with {fixed}; use that number, or give another --workdir'
    )
  return InputError(
    f'execution.devices_per_trial: {asked}, but this run was started with {fixed}; '
    'leave it out, or give another --workdir'
  )


def _placement(asked: str, frames: int) -> tuple[str, str]:
  """Chooses 'device' or 'host'; also returns the reason.

  Args:
    asked: the field `execution.placement`.
    frames: bytes of all frames.
  """
  if asked != 'auto':
    return asked, 'as execution.placement says'
  memory = _device_memory()
  reason = f'{frames / 1e9:.2f} GB of frames, {memory / 1e9:.1f} GB free there'
  # The other half is for models, batches and intermediate arrays.
  return ('device' if frames <= memory / 2 else 'host'), reason


def _device_memory() -> int:
  """The free bytes of a device; for a CPU, those of the machine."""
  statistics = jax.local_devices()[0].memory_stats() or {}
  if 'bytes_limit' in statistics:
    return statistics['bytes_limit'] - statistics['bytes_in_use']
  # All processes may be on one machine; each of a CPU's devices may have a copy.
  return machine.free_memory() // jax.device_count()
