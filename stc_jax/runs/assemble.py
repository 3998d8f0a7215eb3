"""Assembles a run's compiled programs, and the placement that feeds them."""

import functools

import jax

from stc_jax.data.device_data import device_arrays
from stc_jax.models.registry import build, group_of
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.registry import task_of
from stc_jax.training.mesh import make_mesh
from stc_jax.training.placement import OnDevice, OnHost, Placement
from stc_jax.training.programs import Programs


def programs_of(
  experiment: Experiment, run_data: RunData, placement: Placement, trials: int
) -> Programs:
  """The run's programs for so many trials; all waves have the same shapes."""
  per_trial = experiment.execution.devices_per_trial
  outputs = len(run_data.clip_set.names)
  return Programs(
    build=functools.partial(build, experiment.model, experiment.network, outputs),
    task=task_of(experiment.task),
    training=experiment.training,
    input_config=experiment.input,
    chunk=experiment.execution.steps_per_chunk,
    given=placement.given(wave_size(experiment, trials)),
    mesh=make_mesh(per_trial, _rows(experiment, trials) * per_trial),
    group_of=functools.partial(group_of, experiment.model),
  )


def placement_of(experiment: Experiment, run_data: RunData) -> Placement:
  """The placement that `execution.placement` names.

  The experiment is a resolved one.
  """
  execution = experiment.execution
  if execution.placement == 'device':
    return OnDevice(device_arrays(run_data.clip_set), run_data.arrays)
  return OnHost(
    run_data.clip_set,
    run_data.arrays,
    execution.steps_per_chunk,
    execution.devices_per_trial,
  )


def wave_size(experiment: Experiment, trials: int) -> int:
  """How many of so many trials run at a time, on all devices together."""
  return experiment.execution.trials_per_device * _rows(experiment, trials)


def _rows(experiment: Experiment, trials: int) -> int:
  """The rows of devices in the mesh: no more than have a trial to run."""
  execution = experiment.execution
  rows = jax.device_count() // execution.devices_per_trial
  return min(rows, -(-trials // execution.trials_per_device))
