"""The data of a run: the prepared clips, split into the protocol's trials."""

import dataclasses
import itertools
from collections import Counter

import numpy as np
from jaxtyping import Int

from stc_jax.data import joining, protocols
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.trial_arrays import TrialArrays, trial_arrays
from stc_jax.errors import InputError
from stc_jax.runs import starting_point
from stc_jax.runs.clip_people import ClipPeople
from stc_jax.runs.config import Experiment
from stc_jax.runs.starting_point import StartingPoint
from stc_jax.tasks.registry import task_of
from stc_jax.tasks.task import Task


@dataclasses.dataclass(frozen=True)
class RunData:
  """The data that all trials of a run share.

  Attributes:
    builder: of the prepared set, or several joined ones.
    input: section `input`, with at most as many frames as the longest clip has.
    clip_set: the set at the input's size.
    trials: the whole protocol's; `arrays` is the same for a program.
    wanted: the trials to run: the first ones, or all.
    start: the model that training starts from; None: drawn at random.
  """

  builder: PreparedSet | LabelledSet
  input: InputConfig
  clip_set: ClipSet
  trials: list[protocols.Trial]
  arrays: TrialArrays
  wanted: list[protocols.Trial]
  start: StartingPoint | None = None

  @property
  def folds(self) -> int:
    """The number of trials in a complete repeat."""
    return sum(trial.repeat == 0 for trial in self.trials)


def describe_dataset(clip_set: ClipSet, task: Task) -> dict:
  """The set's name, size, targets and the fingerprint of its records.

  Of joined sets there is also the number of clips of each.
  """
  described = {
    'name': clip_set.name,
    'clips': len(set(clip_set.clips)),
    'subjects': len(set(clip_set.subjects)),
  }
  if clip_set.databases:
    described['databases'] = dict(sorted(Counter(clip_set.databases).items()))
  return described | task.described(clip_set) | {'sha256': clip_set.fingerprint}


def load(experiment: Experiment) -> RunData:
  """Loads the prepared set and splits it into the protocol's trials.

  Raises:
    InputError: the set isn't prepared or can't be read; it doesn't fit the protocol,
      the task or the network; or the protocol has fewer trials than are asked for.
  """
  dataset, training = experiment.dataset, experiment.training
  builder = joining.opened(dataset, experiment.execution.data_dir)
  size, task = experiment.input, task_of(experiment.task)
  clip_set = task.read(builder, size, dataset)
  size = _fitted(experiment.input, clip_set)
  experiment.check_input(size)
  if size != experiment.input:
    clip_set = task.read(builder, size, dataset)
  trials = protocols.trials(clip_set, experiment.protocol)
  for trial in trials:
    task.check_trial(clip_set, trial)
  first = experiment.execution.first_trials
  if first > len(trials):
    raise InputError(
      f'execution.first_trials: {first} must lie between 0 (all) and {len(trials)}'
    )
  return RunData(
    builder=builder,
    input=size,
    clip_set=clip_set,
    trials=trials,
    arrays=trial_arrays(
      clip_set,
      trials,
      training.steps,
      training.batch_size,
      task.weights,
      task.sample,
      dataset.balanced,
    ),
    wanted=trials[: first or None],
  )


def with_start(experiment: Experiment, data: RunData) -> RunData:
  """The data with the model that training starts from, if the launch file names one.

  Args:
    experiment: the launch file, checked.
    data: of its run.

  Raises:
    InputError: there is no such model, it is of another network or input, or it was
      trained on a subject that a trial tests.
  """
  training = experiment.training
  if not training.start_from:
    return data
  clip_set, trials = data.clip_set, data.wanted
  start = starting_point.load(
    training.start_from,
    experiment.model,
    experiment.network,
    clip_set.names,
    experiment.input,
    data.input,
  )
  tested = np.unique(np.concatenate([trial.test for trial in trials]))
  people = ClipPeople(experiment.dataset, experiment.execution.data_dir, clip_set)
  starting_point.check_subjects(start, people, tested)
  arrays = data.arrays
  if training.start_normalisation == 'loaded':
    arrays = arrays._replace(normalisation=start.normalisation(len(data.trials)))
  return dataclasses.replace(data, start=start, arrays=arrays)


def subjects_of(
  dataset: DatasetConfig, clip_set: ClipSet, clips: Int[np.ndarray, 'n']
) -> dict[str, tuple[str, ...]]:
  """The subjects of some clips, by prepared set, as that calls them."""
  if not clip_set.databases:
    (name,) = dataset.written
    found = {clip_set.subjects[i] for i in clips}
    return {name: tuple(sorted(found))} if found else {}
  pairs = sorted({(clip_set.databases[i], clip_set.subjects[i]) for i in clips})
  return {
    name: tuple(subject.removeprefix(f'{name}/') for _, subject in own)
    for name, own in itertools.groupby(pairs, key=lambda pair: pair[0])
  }


def _fitted(size: InputConfig, clip_set: ClipSet) -> InputConfig:
  """The input without the frames that would be padding in every clip.

  If all clips are stills that are moved, the moved ones fill all frames.
  """
  longest = int(clip_set.lengths.max())
  if longest == 1 and size.still_motion:
    return size
  return dataclasses.replace(size, frames=min(size.frames, longest))
