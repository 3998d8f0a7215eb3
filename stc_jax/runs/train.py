"""Trains the trials of a run, and writes their results into its folder.

The folder decides where training starts: finished trials are kept, and unfinished ones
are resumed from their checkpoints.
"""

import contextlib
import itertools
import pathlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax.bundle import bundle_folder
from stc_jax.console.progress import TrainingProgress
from stc_jax.run_folder import layout, tensorboard, trial_files
from stc_jax.runs import bundles
from stc_jax.runs.assemble import placement_of, programs_of, wave_size
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.timings import Timings
from stc_jax.tasks.registry import task_of
from stc_jax.training import checkpoint, hosts, loop
from stc_jax.training.evaluate import FinishedTrial


def train(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path, console: Console
) -> None:
  """Trains and tests every trial that has no result yet.

  With several processes all compute, and the first one writes the results.

  Raises:
    InputError: a result or a checkpoint of a trial can't be read; or a trial diverged.
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
  """Trains the pending trials, and writes the results of each as it ends."""
  first, timings = hosts.is_first(), Timings(workdir)
  placement, training = placement_of(experiment, run_data), experiment.training
  programs = programs_of(experiment, run_data, placement, len(pending))
  console.print('compiling ...')
  with ThreadPoolExecutor(1) as pool:
    compiling = pool.submit(programs.compile_all)  # one core, for most of its time
    if first:
      task = task_of(experiment.task)
      floors = task.floors(run_data, experiment.dataset, console)
    compiling.result()
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
    weights=run_data.start.weights if run_data.start else None,
  )
  finishing = training_loop.finish(pending, wave_size(experiment, len(pending)), done)
  with progress, contextlib.closing(finishing):
    try:
      for finished in finishing:
        if first:
          floor = floors()[finished.number]
          _write(finished, experiment, run_data, floor, workdir)
          timings.write(programs, training_loop)
    finally:
      if first:
        timings.write(programs, training_loop)


def _write(
  finished: FinishedTrial,
  experiment: Experiment,
  run_data: RunData,
  floor: Any,
  workdir: pathlib.Path,
) -> None:
  """Writes a finished trial's files; the result is last, because it marks the end."""
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
