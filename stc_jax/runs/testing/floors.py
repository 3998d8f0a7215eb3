"""The floors of a test: baselines of the training set, judged on the tested set."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from rich.console import Console

from stc_jax.data import joining, protocols
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
  if set(_people(read, examples)) & set(_people(data, data.wanted[0].test)):
    return task.unknown_floor(), 'the training set has people of the tested set'
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
  places = data_dir, own.execution.data_dir
  builder = _first_opened(own, places)
  clip_set = task_of(own.task).read(builder, model.first.input, own.dataset)
  described = identity.read_dataset(model.run) or {}
  if described.get('sha256') != clip_set.fingerprint:
    raise InputError(f'{clip_set.name} is another here than in training')
  return RunData(builder, model.first.input, clip_set, [], None, [])


def _first_opened(own: Experiment, places: Sequence[str]):
  """Opens the training set where it is prepared; raises InputError as `joining`."""
  *others, last = dict.fromkeys(places)
  for place in others:
    try:
      return joining.opened(own.dataset, place)
    except InputError:
      continue
  return joining.opened(own.dataset, last)


def _training_clips(
  model: FinishedModel, own: Experiment, clip_set: ClipSet
) -> Int[np.ndarray, 'n']:
  """The clips that some bundle was trained on."""
  trials = protocols.trials(clip_set, own.protocol)
  used = [trial.train for trial in trials if trial.name in model.bundles]
  return np.unique(np.concatenate(used))


def _people(data: RunData, examples: Int[np.ndarray, 'n']) -> list[tuple[str, str]]:
  """Set and subject of each clip."""
  clip_set = data.clip_set
  own = clip_set.databases or (clip_set.name.rpartition('/')[0],) * len(clip_set)
  return [(own[i], clip_set.subjects[i]) for i in examples]
