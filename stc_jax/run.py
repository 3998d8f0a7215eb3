"""A run from its configuration to its files: what the main entry point calls.

What is in the run's folder decides where it starts: finished trials are kept, the wave
under way is resumed from its checkpoint, and the summary follows from all of them.
"""

import contextlib
import json
import pathlib
import time

import jax
import numpy as np
from rich.console import Console

from stc_jax.data import folds
from stc_jax.evaluation import floor, folder, pictures, results, tensorboard
from stc_jax.experiment import Experiment
from stc_jax.material import Material
from stc_jax.models import stc
from stc_jax.progress import TrainingProgress
from stc_jax.training import checkpoint, loop
from stc_jax.training.trials import Programs, trial_mesh, waves

_OTHER_RUN = 'give another --workdir, or the configuration that it was started with'
_OTHER_DATA = 'the prepared dataset has changed since; give another --workdir'


def open_folder(
  workdir: pathlib.Path, config: dict, material: Material, console: Console
) -> None:
  """Makes a run's folder, or checks that it is this run's.

  Raises:
    InputError: it can't be written, or holds another run.
  """
  folder.create_folder(workdir)
  folder.settle(workdir / 'config.json', folder.as_json(config), _OTHER_RUN)
  described = folder.as_json(results.describe_dataset(material.clip_set))
  folder.settle(workdir / 'dataset.json', described, _OTHER_DATA)
  table = folds.table(material.clip_set, material.trials)
  folder.settle(workdir / 'folds.csv', table, _OTHER_DATA)
  path, here = workdir / 'environment.json', folder.as_json(folder.environment())
  if path.exists() and path.read_text() != here:
    console.print(
      f'note: this run was started in another environment ({path}); '
      'its last digits may differ from an uninterrupted one'
    )
  else:
    folder.write(path, here)


def programs_of(experiment: Experiment, material: Material) -> Programs:
  """The run's programs; one wave's shapes stand for all."""
  model = stc.build(experiment.model, len(material.clip_set.classes))
  wave = loop.take(material.stack, np.zeros(wave_size(experiment), int))
  return Programs(model, experiment.training, material.data, wave, trial_mesh())


def wave_size(experiment: Experiment) -> int:
  """Trials that run at a time, on all devices together."""
  return experiment.training.trials_per_device * jax.device_count()


def train(
  experiment: Experiment, material: Material, workdir: pathlib.Path, console: Console
) -> None:
  """Trains and tests every trial that has no result yet.

  Raises:
    InputError: a trial's result or a checkpoint is there, but can't be read.
  """
  paths = [results.trial_path(workdir, trial) for trial in material.trials]
  for path in paths:
    if path.exists():
      results.read_trial(path)
  pending = np.flatnonzero([not path.exists() for path in paths])
  if len(pending):
    _train_pending(experiment, material, pending, workdir, console)
  checkpoint.clear(workdir)


def _train_pending(
  experiment: Experiment,
  material: Material,
  pending: np.ndarray,
  workdir: pathlib.Path,
  console: Console,
) -> None:
  began = time.perf_counter()
  console.print('compiling ...')
  programs, training = programs_of(experiment, material), experiment.training
  programs.compile_all()
  progress = TrainingProgress(
    trials=len(material.trials),
    steps=training.steps,
    sequences=training.batch_size,
    done=len(material.trials) - len(pending),
    console=console,
  )
  names = [trial.name for trial in material.trials]
  run = loop.Run(
    programs, training, material.data, material.stack, names, workdir, progress
  )
  finishing = run.finish(pending, wave_size(experiment))
  with progress, contextlib.closing(finishing):
    for finished in finishing:
      _keep(finished, material, workdir)
  timings = {
    'train_sequences_per_second': run.sequences_per_second,
    'compile_seconds': programs.compile_seconds,
    'wall_seconds': time.perf_counter() - began,
  }
  folder.write(workdir / 'timings.json', folder.as_json(timings))


def read(material: Material, workdir: pathlib.Path) -> list[dict]:
  """The results of all trials.

  Raises:
    InputError: one isn't there or can't be read.
  """
  paths = [results.trial_path(workdir, trial) for trial in material.trials]
  return [results.read_trial(path) for path in paths]


def test_again(
  experiment: Experiment, material: Material, workdir: pathlib.Path
) -> list[dict]:
  """The results of all trials, with their models' predictions made anew.

  Raises:
    InputError: a trial isn't finished, or its model can't be read.
  """
  found = read(material, workdir)
  programs = programs_of(experiment, material)
  data = programs.put_shared(material.data)
  like = programs.variable_shapes()
  for wave in waves(np.arange(len(found)), wave_size(experiment)):
    names = [material.trials[number].name for number in wave]
    models = [checkpoint.load_model(workdir, name, like) for name in names]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *models)
    probabilities = programs.predict(
      data,
      programs.put_trials(loop.take(material.stack, wave)),
      programs.put_trials(stacked),
    )
    for number, scores in zip(wave, jax.device_get(probabilities), strict=True):
      trial = material.trials[number]
      scored = scores[: len(trial.test)]
      found[number] |= results.trial_result(material.clip_set, trial, scored)
  return found


def sum_up(
  experiment: Experiment, material: Material, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials."""
  summary = results.summarise(material.clip_set, experiment.model.name, found)
  folder.write(workdir / 'summary.json', folder.as_json(summary))
  predictions = results.predictions_table(material.clip_set.classes, found)
  folder.write(workdir / 'predictions.csv', predictions)
  pictures.confusion(workdir / 'confusion.png', summary)
  curves = {
    name: np.array([result[name] for result in found])
    for name in ('train_losses', 'train_accuracies')
  }
  pictures.training_curves(workdir / 'training_curves.png', summary=summary, **curves)
  return summary


def _keep(finished: loop.Finished, material: Material, workdir: pathlib.Path) -> None:
  """Writes all that a finished trial leaves; its result last, as the sign of it."""
  trial, labels = material.trials[finished.number], material.clip_set.labels
  checkpoint.save_model(workdir, trial.name, finished.variables)
  result = results.trial_result(material.clip_set, trial, finished.probabilities) | {
    'chance_accuracy': floor.chance_accuracy(labels, trial),
    'floor_accuracy': floor.floor_accuracy(material.features, labels, trial),
    'train_losses': finished.losses.tolist(),
    'train_accuracies': finished.accuracies.tolist(),
  }
  tensorboard.write_trial(
    workdir / 'tensorboard' / trial.name,
    finished.losses,
    finished.accuracies,
    result['accuracy'],
  )
  folder.write(results.trial_path(workdir, trial), json.dumps(result) + '\n')
