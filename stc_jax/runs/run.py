"""A run from its configuration to its files: what the main entry point calls.

What is in the run's folder decides where it starts: finished trials are kept, those
under way are resumed from their checkpoints, and the summary follows from all of them.
"""

import contextlib
import itertools
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax import plots
from stc_jax.bundle import bundle_folder
from stc_jax.console import tables
from stc_jax.console.progress import TrainingProgress
from stc_jax.report import tensorboard
from stc_jax.run_folder import layout, trial_files
from stc_jax.runs import bundles, evaluate
from stc_jax.runs.assemble import placement_of, programs_of, wave_size
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.timings import Timings
from stc_jax.tasks.registry import task_of
from stc_jax.training import checkpoint, hosts, loop


def train(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path, console: Console
) -> None:
  """Trains and tests every trial that has no result yet.

  Of several processes all compute, and the first keeps what they come to.

  Raises:
    InputError: a trial's result or a checkpoint is there, but can't be read; or a trial
      diverged.
  """
  trials = run_data.wanted
  finished = [trial_files.is_finished(workdir, trial) for trial in trials]
  for trial in itertools.compress(trials, finished):
    trial_files.read_trial(workdir, trial, task_of(experiment.task).trial_fields)
  is_finished = hosts.from_first(np.array(finished))
  if not is_finished.all():
    _train(experiment, run_data, np.flatnonzero(~is_finished), workdir, console)
  if hosts.is_first():
    checkpoint.discard(workdir, trials)
    layout.remove_parts(workdir)


def _train(
  experiment: Experiment,
  run_data: RunData,
  pending: Int[np.ndarray, 'k'],
  workdir: pathlib.Path,
  console: Console,
) -> None:
  """Trains the pending trials, and leaves what each comes to in the run's folder."""
  first, timings = hosts.is_first(), Timings(workdir)
  if first:
    task = task_of(experiment.task)
    floors = task.floors(run_data, experiment.dataset, console)
  console.print('compiling ...')
  placement, training = placement_of(experiment, run_data), experiment.training
  programs = programs_of(experiment, run_data, placement)
  programs.compile_all()
  done = len(run_data.wanted) - len(pending)
  progress = TrainingProgress(
    len(run_data.wanted), training.steps, training.batch_size, done, console
  )
  training_loop = loop.Loop(
    programs=programs,
    config=training,
    placement=placement,
    trials=run_data.trials,
    workdir=workdir,
    seconds=experiment.execution.checkpoint_seconds,
    progress=progress,
    on_save=lambda: timings.write(programs, training_loop),
  )
  finishing = training_loop.finish(pending, wave_size(experiment), done)
  with progress, contextlib.closing(finishing):
    try:
      for finished in finishing:
        if first:
          floor = floors()[finished.number]
          _keep(finished, experiment, run_data, floor, workdir)
          timings.write(programs, training_loop)
    finally:
      if first:
        timings.write(programs, training_loop)


def _keep(
  finished: loop.FinishedTrial,
  experiment: Experiment,
  run_data: RunData,
  floor: Any,
  workdir: pathlib.Path,
) -> None:
  """Writes all that a finished trial leaves; its result last, as the sign of it."""
  trial, task = run_data.trials[finished.number], task_of(experiment.task)
  bundle_folder.save(
    layout.model(workdir, trial.name),
    bundles.bundle_of(experiment, run_data, finished.number, finished.variables),
  )
  curves, count = finished.curves, finished.curves['count']
  losses, accuracies = curves['loss'] / count, curves['correct'] / count
  parts = (
    task.trial_result(run_data.clip_set, trial, finished.predictions),
    task.floor_result(floor),
  )
  for part in parts:
    trial_files.write_arrays(workdir, trial, part.arrays)
  result = {
    'repeat': trial.repeat,
    'fold': trial.fold,
    'seed': trial.seed,
    **parts[0].fields,
    **parts[1].fields,
    'train_losses': losses.tolist(),
    'train_accuracies': accuracies.tolist(),
  }
  tensorboard.write_trial(
    layout.events(workdir, trial.name),
    losses,
    accuracies,
    {task.trial_score: result[task.trial_score]},
  )
  trial_files.write_trial(workdir, trial, result)


def read(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials that were asked for.

  Raises:
    InputError: one isn't there or can't be read.
  """
  fields = task_of(experiment.task).trial_fields
  return [trial_files.read_trial(workdir, trial, fields) for trial in run_data.wanted]


def test_again(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials, with their models' predictions made anew.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found, task = read(experiment, run_data, workdir), task_of(experiment.task)
  for number, predictions in evaluate.evaluate_bundles(experiment, run_data, workdir):
    trial = run_data.trials[number]
    part = task.trial_result(run_data.clip_set, trial, predictions)
    trial_files.write_arrays(workdir, trial, part.arrays)
    found[number] |= part.fields
  return found


def sum_up(
  experiment: Experiment, run_data: RunData, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials.

  Raises:
    InputError: a file of probabilities isn't there, or isn't whole.
  """
  task, trials = task_of(experiment.task), run_data.wanted
  probabilities = {
    name: [trial_files.read_probabilities(workdir, name, trial) for trial in trials]
    for name in task.arrays
  }
  resampled = experiment.protocol.resampled
  summary = {
    'dataset': run_data.clip_set.name,
    'model': experiment.model,
    'trials': len(found),
    **task.summarise(run_data, found, probabilities, resampled),
  }
  trial_files.write_summary(workdir, summary)
  if rows := task.prediction_rows(run_data.clip_set.names, found):
    trial_files.write_predictions(workdir, rows)
  for name, figure in task.pictures(summary, found).items():
    plots.save_png(figure, layout.picture(workdir, name))
  return summary


def print_summary(
  experiment: Experiment, summary: dict, workdir: pathlib.Path, console: Console
) -> None:
  """Prints what the run comes to, and where its files lie."""
  task = task_of(experiment.task)
  if summary[f'trial_{task.score}_mean'] is None:
    tables.print_untested(console, task.untested, workdir)
  else:
    tables.print_scoreboard(console, task.scoreboard(summary), summary, workdir)
  for note in task.notes(summary):
    console.print(f'note: {note}', highlight=False, soft_wrap=True)
