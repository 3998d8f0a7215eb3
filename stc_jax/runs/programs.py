"""The compiled programs of a run."""

import functools

import jax
import numpy as np

from stc_jax.models.zoo import build
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.training.mesh import make_mesh
from stc_jax.training.programs import Programs
from stc_jax.training.tasks import task_of
from stc_jax.training.waves import take


def programs_of(experiment: Experiment, run_data: RunData) -> Programs:
  """The run's programs; one wave's shapes stand for all."""
  outputs = len(run_data.clip_set.names)
  return Programs(
    build=functools.partial(build, experiment.model, experiment.network, outputs),
    task=task_of(experiment.task, experiment.training.label_smoothing),
    training=experiment.training,
    input_config=experiment.input,
    chunk=experiment.execution.steps_per_chunk,
    data=run_data.data,
    wave=take(run_data.arrays, np.zeros(wave_size(experiment), int)),
    mesh=make_mesh(experiment.execution.devices_per_trial),
  )


def wave_size(experiment: Experiment) -> int:
  """Trials that run at a time, on all devices together."""
  execution = experiment.execution
  places = jax.device_count() // execution.devices_per_trial
  return execution.trials_per_device * places
