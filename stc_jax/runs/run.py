"""A run from its configuration to its files: what the main entry point calls.

What is in the run's folder decides where it starts: finished trials are kept, those
under way are resumed from their checkpoints, and the summary follows from all of them.
"""

import contextlib
import json
import pathlib
import types
from typing import Any

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax import files
from stc_jax.bundle import bundle_folder
from stc_jax.console.progress import TrainingProgress
from stc_jax.report import tensorboard
from stc_jax.runs import (
  bundles,
  classification,
  detection,
  evaluate,
  results,
)
from stc_jax.runs.assemble import placement_of, programs_of, wave_size
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.timings import Timings
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
  paths = [results.trial_path(workdir, trial) for trial in trials]
  for path in paths:
    if path.exists():
      results.read_trial(path, _outcome(experiment).FIELDS)
  is_finished = hosts.from_first(np.array([path.exists() for path in paths]))
  if not is_finished.all():
    _train(experiment, run_data, np.flatnonzero(~is_finished), workdir, console)
  if hosts.is_first():
    checkpoint.discard(workdir, trials)
    bundles.clear_unfinished(workdir)


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
    floors = _outcome(experiment).floors_of(experiment, run_data, console)
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
  finished: loop.Finished,
  experiment: Experiment,
  run_data: RunData,
  floor: Any,
  workdir: pathlib.Path,
) -> None:
  """Writes all that a finished trial leaves; its result last, as the sign of it."""
  trial, outcome = run_data.trials[finished.number], _outcome(experiment)
  bundle_folder.save(
    bundles.folder_of(workdir, trial.name),
    bundles.bundle_of(experiment, run_data, finished.number, finished.variables),
  )
  curves, count = finished.curves, finished.curves['count']
  losses, accuracies = curves['loss'] / count, curves['correct'] / count
  result = {
    'repeat': trial.repeat,
    'fold': trial.fold,
    'seed': trial.seed,
    **outcome.trial_result(run_data, trial, finished.tested, workdir),
    **outcome.keep_floor(floor, trial, workdir),
    'train_losses': losses.tolist(),
    'train_accuracies': accuracies.tolist(),
  }
  tensorboard.write_trial(
    workdir / 'tensorboard' / trial.name,
    losses,
    accuracies,
    {outcome.SCORE: result[outcome.SCORE]},
  )
  text = json.dumps(result, ensure_ascii=False, allow_nan=False)
  files.write(results.trial_path(workdir, trial), text + '\n')


def read(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials that were asked for.

  Raises:
    InputError: one isn't there or can't be read.
  """
  fields = _outcome(experiment).FIELDS
  paths = [results.trial_path(workdir, trial) for trial in run_data.wanted]
  return [results.read_trial(path, fields) for path in paths]


def test_again(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials, with their models' predictions made anew.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found = read(experiment, run_data, workdir)
  for number, tested in evaluate.tested(experiment, run_data, workdir):
    trial = run_data.trials[number]
    found[number] |= _outcome(experiment).trial_result(run_data, trial, tested, workdir)
  return found


def sum_up(
  experiment: Experiment, run_data: RunData, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials."""
  return _outcome(experiment).sum_up(experiment, run_data, found, workdir)


def print_summary(
  experiment: Experiment, summary: dict, workdir: pathlib.Path, console: Console
) -> None:
  """Prints what the run comes to, and where its files lie."""
  _outcome(experiment).print_summary(console, summary, workdir)


def _outcome(experiment: Experiment) -> types.ModuleType:
  """What a task's results hold, and what follows from them."""
  return {'classification': classification, 'detection': detection}[
    experiment.task.kind
  ]
