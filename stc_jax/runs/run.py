"""A run from its configuration to its files: what the main entry point calls.

What is in the run's folder decides where it starts: finished trials are kept, those
under way are resumed from their checkpoints, and the summary follows from all of them.
"""

import contextlib
import functools
import json
import pathlib
import time

import jax
import numpy as np
from rich.console import Console

from stc_jax.console.progress import TrainingProgress
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.models.registry import build
from stc_jax.predict import bundle
from stc_jax.report import pictures, tensorboard
from stc_jax.runs import folder, models, results
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.training import loop
from stc_jax.training import mesh as meshes
from stc_jax.training.programs import Programs


def programs_of(experiment: Experiment, run_data: RunData) -> Programs:
  """The run's programs; one wave's shapes stand for all."""
  outputs = len(run_data.clip_set.classes)
  mesh = meshes.make_mesh(experiment.execution.devices_per_trial)
  return Programs(
    build=functools.partial(build, experiment.model, experiment.network, outputs),
    training=experiment.training,
    config=experiment.input,
    chunk=experiment.execution.steps_per_chunk,
    data=run_data.data,
    wave=loop.take(run_data.arrays, np.zeros(wave_size(experiment), int)),
    mesh=mesh,
  )


def wave_size(experiment: Experiment) -> int:
  """Trials that run at a time, on all devices together."""
  execution = experiment.execution
  places = jax.device_count() // execution.devices_per_trial
  return execution.trials_per_device * places


def wanted(experiment: Experiment, run_data: RunData) -> list[Trial]:
  """The protocol's trials, or the first so many of them.

  Raises:
    InputError: more than the protocol has.
  """
  first, trials = experiment.execution.first_trials, run_data.trials
  if first > len(trials):
    raise InputError(
      f'execution.first_trials: {first}, must lie between 0 (all) and {len(trials)}'
    )
  return trials[: first or None]


def train(
  experiment: Experiment,
  run_data: RunData,
  trial_floors: list[dict],
  workdir: pathlib.Path,
  console: Console,
) -> None:
  """Trains and tests every trial that has no result yet.

  Raises:
    InputError: a trial's result or a checkpoint is there, but can't be read; or a
      trial's loss isn't finite.
  """
  trials = wanted(experiment, run_data)
  paths = [results.trial_path(workdir, trial) for trial in trials]
  for path in paths:
    if path.exists():
      results.read_trial(path)
  pending = np.flatnonzero([not path.exists() for path in paths])
  if not len(pending):
    return
  began = time.perf_counter()
  console.print('compiling ...')
  programs, training = programs_of(experiment, run_data), experiment.training
  programs.compile_all()
  progress = TrainingProgress(
    trials=len(trials),
    steps=training.steps,
    sequences=training.batch_size,
    done=len(trials) - len(pending),
    console=console,
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
  )
  size, done = wave_size(experiment), len(trials) - len(pending)
  finishing = training_loop.finish(pending, size, done)
  with progress, contextlib.closing(finishing):
    for finished in finishing:
      floors = trial_floors[finished.number]
      _keep(finished, programs, experiment, run_data, floors, workdir)
  timings = {
    'train_sequences_per_second': training_loop.sequences_per_second,
    'compile_seconds': programs.compile_seconds,
    'wall_seconds': time.perf_counter() - began,
  }
  folder.write(workdir / 'timings.json', folder.as_json(timings))


def read(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials that were asked for.

  Raises:
    InputError: one isn't there or can't be read.
  """
  trials = wanted(experiment, run_data)
  return [results.read_trial(results.trial_path(workdir, trial)) for trial in trials]


def test_again(
  experiment: Experiment, run_data: RunData, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials, with their models' predictions made anew.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found = read(experiment, run_data, workdir)
  programs = programs_of(experiment, run_data)
  data = programs.put_shared(run_data.data)
  like = programs.one_state().variables
  for wave in loop.waves(np.arange(len(found)), wave_size(experiment)):
    names = [run_data.trials[number].name for number in wave]
    weights = [models.read_variables(workdir, name, like) for name in names]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *weights)
    probabilities = programs.predict(
      data,
      programs.put_trials(loop.take(run_data.arrays, wave)),
      programs.put_trials(stacked),
    )
    task = programs.learner.task
    for number, scores in zip(wave, jax.device_get(probabilities), strict=True):
      trial = run_data.trials[number]
      scored = scores[: len(trial.test)]
      found[number] |= results.trial_result(task, run_data.clip_set, trial, scored)
  return found


def sum_up(
  experiment: Experiment,
  run_data: RunData,
  found: list[dict],
  workdir: pathlib.Path,
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


def _keep(
  finished: loop.Finished,
  programs: Programs,
  experiment: Experiment,
  run_data: RunData,
  floors: dict,
  workdir: pathlib.Path,
) -> None:
  """Writes all that a finished trial leaves; its result last, as the sign of it."""
  trial = run_data.trials[finished.number]
  if not np.isfinite(finished.probabilities).all():
    raise InputError(
      f'trial {trial.name}: its model answers what is no number; lower the rates of '
      'training.stages or set training.gradient_clip, in another --workdir'
    )
  bundle.save(
    models.folder_of(workdir, trial.name),
    models.bundle_of(experiment, run_data, trial, finished.variables),
  )
  curves, count = finished.curves, finished.curves['count']
  losses, accuracies = curves['loss'] / count, curves['correct'] / count
  task = programs.learner.task
  result = {
    **results.trial_result(task, run_data.clip_set, trial, finished.probabilities),
    **floors,
    'train_losses': losses.tolist(),
    'train_accuracies': accuracies.tolist(),
  }
  tensorboard.write_trial(
    workdir / 'tensorboard' / trial.name, losses, accuracies, result['accuracy']
  )
  folder.write(results.trial_path(workdir, trial), json.dumps(result) + '\n')
