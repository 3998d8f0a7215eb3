"""Tests the finished models of a run again."""

import dataclasses
import pathlib

import jax
import numpy as np

from stc_jax.runs import models, results, run
from stc_jax.runs.config import Experiment
from stc_jax.runs.programs import programs_of, wave_size
from stc_jax.runs.run_data import RunData
from stc_jax.training.waves import take, waves


def test_again(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials, with their models' predictions made anew.

  Each model is tested on one device, however many it was trained on.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found = run.read(run_data, workdir)
  alone = dataclasses.replace(experiment.execution, devices_per_trial=1)
  experiment = dataclasses.replace(experiment, execution=alone)
  programs = programs_of(experiment, run_data)
  data, task = programs.put_shared(run_data.data), programs.learner.task
  like = programs.one_state().variables
  for wave in waves(np.arange(len(found)), wave_size(experiment)):
    names = [run_data.trials[number].name for number in wave]
    weights = [models.read_variables(workdir, name, like) for name in names]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *weights)
    arrays = programs.put_trials(take(run_data.arrays, wave))
    scores = programs.predict(data, arrays, programs.put_trials(stacked))
    for number, row in zip(wave, jax.device_get(scores), strict=True):
      trial = run_data.trials[number]
      tested = row[: len(trial.test)]
      found[number] |= results.trial_result(task, run_data.clip_set, trial, tested)
  return found
