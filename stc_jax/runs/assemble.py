"""The compiled programs of a run, and where its frames lie meanwhile."""

import functools

import jax

from stc_jax import machine
from stc_jax.data.device_data import device_arrays
from stc_jax.models.registry import build
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.registry import task_of
from stc_jax.training.mesh import make_mesh
from stc_jax.training.placement import OnDevice, OnHost, Placement
from stc_jax.training.programs import Programs


def programs_of(
  experiment: Experiment, run_data: RunData, placement: Placement
) -> Programs:
  """The run's programs; one wave's shapes stand for all."""
  outputs = len(run_data.clip_set.names)
  return Programs(
    build=functools.partial(build, experiment.model, experiment.network, outputs),
    task=task_of(experiment.task),
    training=experiment.training,
    input_config=experiment.input,
    chunk=experiment.execution.steps_per_chunk,
    given=placement.given(wave_size(experiment)),
    mesh=make_mesh(experiment.execution.devices_per_trial),
  )


def placement_of(experiment: Experiment, run_data: RunData) -> Placement:
  """What gives the programs their data."""
  where, _ = chosen_placement(experiment, run_data)
  if where == 'device':
    return OnDevice(device_arrays(run_data.clip_set), run_data.arrays)
  execution = experiment.execution
  return OnHost(
    run_data.clip_set,
    run_data.arrays,
    execution.steps_per_chunk,
    execution.devices_per_trial,
  )


def chosen_placement(experiment: Experiment, run_data: RunData) -> tuple[str, str]:
  """'device' or 'host', and why."""
  asked, frames = experiment.execution.placement, run_data.clip_set.frames.nbytes
  if asked != 'auto':
    return asked, 'as execution.placement says'
  memory = _device_memory()
  words = f'{frames / 1e9:.2f} GB of frames, {memory / 1e9:.1f} GB free there'
  # The other half is for models, batches and what a step makes of them.
  return ('device' if frames <= memory / 2 else 'host'), words


def _device_memory() -> int:
  """Bytes that a device has left; a CPU's are the machine's."""
  statistics = jax.local_devices()[0].memory_stats() or {}
  if 'bytes_limit' in statistics:
    return statistics['bytes_limit'] - statistics['bytes_in_use']
  return machine.free_memory() // jax.process_count()  # they may be on one machine


def wave_size(experiment: Experiment) -> int:
  """Trials that run at a time, on all devices together."""
  execution = experiment.execution
  places = jax.device_count() // execution.devices_per_trial
  return execution.trials_per_device * places
