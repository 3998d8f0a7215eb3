"""Reads the results of a run, or evaluates its finished models again."""

import pathlib
from collections.abc import Callable, Iterator

import jax
import numpy as np

from stc_jax.data.protocols import Trial
from stc_jax.run_folder import trial_files
from stc_jax.runs import bundles
from stc_jax.runs.assemble import placement_of, programs_of, wave_size
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.registry import task_of
from stc_jax.tasks.trials import Predictions
from stc_jax.training.evaluate import evaluate
from stc_jax.training.waves import waves


def read_results(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """Reads the results of the wanted trials.

  Raises:
    InputError: one is missing or can't be read.
  """
  fields = task_of(experiment.task).trial_fields
  return [trial_files.read_trial(workdir, trial, fields) for trial in run_data.wanted]


def evaluate_again(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """Reads the results of the wanted trials, and renews their predictions.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found, task = read_results(experiment, run_data, workdir), task_of(experiment.task)
  for number, predictions in evaluate_bundles(experiment, run_data, workdir):
    trial = run_data.trials[number]
    part = task.trial_result(run_data.clip_set, trial, predictions)
    trial_files.write_arrays(workdir, trial, part.arrays)
    found[number] |= part.fields
  return found


def evaluate_bundles(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> Iterator[tuple[int, Predictions]]:
  """Yields the number of each wanted trial, and its model's predictions.

  Raises:
    InputError: a model can't be read.
  """
  if experiment.training.start_normalisation == 'loaded':
    run_data = bundles.with_normalisation(run_data, workdir)

  def variables(trial: Trial) -> dict:
    return bundles.read_variables(experiment, run_data, trial.name, workdir)

  yield from evaluate_models(experiment, run_data, variables)


def evaluate_models(
  experiment: Experiment, run_data: RunData, variables_of: Callable[[Trial], dict]
) -> Iterator[tuple[int, Predictions]]:
  """Yields the number of each wanted trial, and the predictions of a model.

  Args:
    experiment: a resolved one.
    run_data: the trials; of each only its test clips are read, and its arrays.
    variables_of: params and batch_stats of a trial's model, host arrays.
  """
  placement = placement_of(experiment, run_data)
  count = len(run_data.wanted)
  programs = programs_of(experiment, run_data, placement, count)
  for wave in waves(np.arange(count), wave_size(experiment, count)):
    trials = [run_data.trials[number] for number in wave]
    weights = list(map(variables_of, trials))
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *weights)
    variables = programs.put_trials(stacked)
    predictions = evaluate(programs, placement, wave, trials, variables)
    # The last wave may repeat its first trial.
    _, first = np.unique(wave, return_index=True)
    yield from ((int(wave[row]), predictions[row]) for row in first)
