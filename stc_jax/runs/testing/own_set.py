"""The test of a run on its own set: each clip by the model that left it out."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
from rich.console import Console

from stc_jax.console.progress import with_bar
from stc_jax.errors import InputError
from stc_jax.run_folder import identity, trial_files
from stc_jax.runs import evaluate, run_data
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.testing.finished_model import FinishedModel
from stc_jax.tasks.registry import task_of

_OF_TRAINING = {'train_losses', 'train_accuracies'}  # fields of a trial's result


class ModelTest(NamedTuple):
  """What the summary of a test is made from.

  Attributes:
    found: the result of each trial.
    arrays: of each trial, those of its files.
    probabilities: of each trial, for each of `Task.arrays` that is known.
    missing: what is missing, a sentence each.
  """

  found: list[dict]
  arrays: list[Mapping[str, Mapping[str, np.ndarray]]]
  probabilities: dict[str, list[np.ndarray]]
  missing: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class OwnSet:
  """The set of a run, split as in its training.

  Attributes:
    model: the run.
    experiment: of the run.
    data: of the run.
    notes: what a reader must know.
  """

  model: FinishedModel
  experiment: Experiment
  data: RunData
  notes: tuple[str, ...] = (
    "this is the model's own set: each trial's model tests the clips that it left out",
  )

  @classmethod
  def of(cls, model: FinishedModel, test: Experiment) -> Self | None:
    """The own set of a run; None if the test is of another one.

    Raises:
      InputError: it isn't prepared, or the run tests nothing.
    """
    own = model.experiment if model.is_run else None
    if own is None or own.dataset.decisive() != test.dataset.decisive():
      return None
    first = own.execution.first_trials
    execution = dataclasses.replace(test.execution, first_trials=first)
    own = dataclasses.replace(own, execution=execution)
    data = run_data.load(own)
    recorded = identity.read_dataset(model.run) or {}
    if data.clip_set.fingerprint != recorded.get('sha256'):
      return None
    if not any(len(trial.test) for trial in data.wanted):
      raise InputError(
        f'{model.folder}: was trained on every clip of its set; name another set, as '
        'in --dataset=mmi'
      )
    return cls(model, own, data)

  @property
  def described(self) -> dict:
    """As dataset.json."""
    return run_data.describe_dataset(self.data.clip_set, task_of(self.experiment.task))

  def test(self, experiment: Experiment, console: Console) -> ModelTest:
    """Predicts again; floors are those of the run.

    Args:
      experiment: a resolved one.
      console: where the progress is shown.

    Raises:
      InputError: a trial isn't finished, or its files can't be read.
    """
    task, run, data = task_of(experiment.task), self.model.run, self.data
    found = evaluate.read_results(experiment, data, run)
    made = evaluate.evaluate_bundles(experiment, data, run)
    arrays = []
    for number, predictions in with_bar(made, 'models', console, len(found)):
      part = task.trial_result(data.clip_set, data.trials[number], predictions)
      found[number] |= part.fields
      arrays.append(part.arrays)
    return ModelTest(
      [{k: v for k, v in one.items() if k not in _OF_TRAINING} for one in found],
      arrays,
      {
        name: [
          own[name]['probabilities']
          if name in own
          else trial_files.read_probabilities(run, name, trial)
          for own, trial in zip(arrays, data.wanted, strict=True)
        ]
        for name in task.arrays
      },
    )
