"""The floors of a test: baselines of the training set, judged on the tested set."""

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax.data import protocols
from stc_jax.data.clip_set import ClipSet
from stc_jax.errors import InputError
from stc_jax.run_folder import identity
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.testing.finished_model import FinishedModel
from stc_jax.tasks.registry import task_of
from stc_jax.tasks.trials import FloorSet, TrialResult


def of_test(
  model: FinishedModel, experiment: Experiment, data: RunData, console: Console
) -> tuple[TrialResult, str]:
  """The baselines fitted on the training clips of a model, and why there are none.

  Args:
    model: that is tested.
    experiment: of the test.
    data: the set, with one trial.
    console: where it is said that they are fitted.

  Returns:
    The part of the result, and a sentence; '': they are known.
  """
  task = task_of(experiment.task)
  own = model.experiment
  if own is None:
    return task.unknown_floor(), 'the run of this model is not here'
  try:
    read = _training_set(model, own, experiment.execution.data_dir)
  except InputError as error:
    return task.unknown_floor(), str(error)
  examples = _training_clips(model, own, read.clip_set)
  trained = FloorSet(read.builder, own.dataset, read.clip_set, examples)
  tested = FloorSet(
    data.builder, experiment.dataset, data.clip_set, data.wanted[0].test
  )
  console.print('fitting the floors on the training set ...')
  found = task.transferred_floor(trained, tested)
  if found is None:
    return task.unknown_floor(), 'this task has none that carry over to another set'
  return found, ''


def _training_set(model: FinishedModel, own: Experiment, data_dir: str) -> RunData:
  """The set that a run was trained on, without arrays.

  Raises:
    InputError: it isn't prepared, or is another by now.
  """
  builder = model.training_set(data_dir)
  clip_set = task_of(own.task).read(builder, model.first.input, own.dataset)
  described = identity.read_dataset(model.run) or {}
  if described.get('sha256') != clip_set.fingerprint:
    raise InputError(f'{clip_set.name} is another here than in training')
  return RunData(builder, model.first.input, clip_set, [], None, [])


def _training_clips(
  model: FinishedModel, own: Experiment, clip_set: ClipSet
) -> Int[np.ndarray, 'n']:
  """The clips that some bundle was trained on."""
  trials = protocols.trials(clip_set, own.protocol)
  used = [trial.train for trial in trials if trial.name in model.bundles]
  return np.unique(np.concatenate(used))
