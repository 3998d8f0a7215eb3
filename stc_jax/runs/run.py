"""A run from its configuration to its files: what the main entry point calls.

What is in the run's folder decides where it starts: finished trials are kept, those
under way are resumed from their checkpoints, and the summary follows from all of them.
"""

import contextlib
import json
import pathlib

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax.console.progress import TrainingProgress
from stc_jax.predict import bundle
from stc_jax.report import pictures, tensorboard
from stc_jax.runs import floors, folder, models, results
from stc_jax.runs.config import Experiment
from stc_jax.runs.programs import programs_of, wave_size
from stc_jax.runs.run_data import RunData
from stc_jax.runs.timings import Timings
from stc_jax.training import checkpoint, loop
from stc_jax.training.tasks import Classification


def train(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path, console: Console
) -> None:
  """Trains and tests every trial that has no result yet.

  Raises:
    InputError: a trial's result or a checkpoint is there, but can't be read; or a trial
      diverged.
  """
  trials = run_data.wanted
  paths = [results.trial_path(workdir, trial) for trial in trials]
  for path in paths:
    if path.exists():
      results.read_trial(path)
  is_finished = np.array([path.exists() for path in paths])
  if not is_finished.all():
    _train(experiment, run_data, np.flatnonzero(~is_finished), workdir, console)
  checkpoint.discard(workdir, trials)
  models.clear_unfinished(workdir)


def _train(
  experiment: Experiment,
  run_data: RunData,
  pending: Int[np.ndarray, 'k'],
  workdir: pathlib.Path,
  console: Console,
) -> None:
  """Trains the pending trials, and leaves what each comes to in the run's folder."""
  trial_floors = floors.of_trials(run_data, experiment.dataset.strongest_frame, console)
  timings = Timings(workdir)
  console.print('compiling ...')
  programs, training = programs_of(experiment, run_data), experiment.training
  programs.compile_all()
  done = len(run_data.wanted) - len(pending)
  progress = TrainingProgress(
    len(run_data.wanted), training.steps, training.batch_size, done, console
  )
  training_loop = loop.Loop(
    programs=programs,
    config=training,
    data=run_data.data,
    trials=run_data.trials,
    arrays=run_data.arrays,
    workdir=workdir,
    seconds=experiment.execution.checkpoint_seconds,
    progress=progress,
    on_save=lambda: timings.write(programs, training_loop),
  )
  finishing = training_loop.finish(pending, wave_size(experiment), done)
  with progress, contextlib.closing(finishing):
    try:
      for finished in finishing:
        of_trial = trial_floors[finished.number]
        _keep(finished, programs.learner.task, experiment, run_data, of_trial, workdir)
        timings.write(programs, training_loop)
    finally:
      timings.write(programs, training_loop)


def _keep(
  finished: loop.Finished,
  task: Classification,
  experiment: Experiment,
  run_data: RunData,
  trial_floors: dict,
  workdir: pathlib.Path,
) -> None:
  """Writes all that a finished trial leaves; its result last, as the sign of it."""
  trial = run_data.trials[finished.number]
  bundle.save(
    models.folder_of(workdir, trial.name),
    models.bundle_of(experiment, run_data, finished.number, finished.variables),
  )
  curves, count = finished.curves, finished.curves['count']
  losses, accuracies = curves['loss'] / count, curves['correct'] / count
  result = {
    **results.trial_result(task, run_data.clip_set, trial, finished.probabilities),
    **trial_floors,
    'train_losses': losses.tolist(),
    'train_accuracies': accuracies.tolist(),
  }
  tensorboard.write_trial(
    workdir / 'tensorboard' / trial.name, losses, accuracies, result['accuracy']
  )
  text = json.dumps(result, ensure_ascii=False, allow_nan=False)
  folder.write(results.trial_path(workdir, trial), text + '\n')


def read(run_data: RunData, workdir: pathlib.Path) -> list[dict]:
  """The results of all trials that were asked for.

  Raises:
    InputError: one isn't there or can't be read.
  """
  paths = [results.trial_path(workdir, trial) for trial in run_data.wanted]
  return [results.read_trial(path) for path in paths]


def sum_up(
  experiment: Experiment, run_data: RunData, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials."""
  clip_set, protocol = run_data.clip_set, experiment.protocol
  folds = sum(trial.repeat == 0 for trial in run_data.trials)
  summary = results.summarise(clip_set, experiment.model, protocol, folds, found)
  folder.write(workdir / 'summary.json', folder.as_json(summary))
  predictions = results.predictions_table(clip_set.classes, found)
  folder.write(workdir / 'predictions.csv', predictions)
  if summary['confusion'] is not None:
    pictures.confusion(workdir / 'confusion.png', summary)
  curves = {
    name: np.array([result[name] for result in found])
    for name in ('train_losses', 'train_accuracies')
  }
  pictures.training_curves(workdir / 'training_curves.png', summary=summary, **curves)
  return summary
