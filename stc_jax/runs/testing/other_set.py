"""The test of a model on a set that it never saw, as one trial."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Self

import numpy as np
from jaxtyping import Float, Int
from rich.console import Console

from stc_jax.console.progress import with_bar
from stc_jax.data import joining
from stc_jax.data.protocols import Trial
from stc_jax.data.trial_arrays import tested_arrays
from stc_jax.runs import evaluate, run_data
from stc_jax.runs.clip_people import ClipPeople
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.runs.testing import floors
from stc_jax.runs.testing.finished_model import FinishedModel
from stc_jax.runs.testing.notes import notes
from stc_jax.runs.testing.own_set import ModelTest
from stc_jax.runs.testing.subjects import allowed
from stc_jax.tasks.registry import task_of
from stc_jax.tasks.trials import Predictions

_NONE = np.zeros(0, int)


@dataclasses.dataclass(frozen=True)
class OtherSet:
  """A set whose people a model, or some of its bundles, never saw.

  Attributes:
    model: a bundle, or several whose probabilities are averaged.
    experiment: of the test.
    data: the set with one trial, which tests all clips of the model's classes.
    clips: those that each bundle tests, by its name: no subject of its training.
    notes: what a reader must know.
  """

  model: FinishedModel
  experiment: Experiment
  data: RunData
  clips: Mapping[str, Int[np.ndarray, '_']]
  notes: tuple[str, ...]

  @classmethod
  def of(cls, model: FinishedModel, test: Experiment) -> Self:
    """Reads the set.

    Raises:
      InputError: it isn't prepared or doesn't fit the model, or all bundles were
        trained on one of its subjects.
    """
    task, data_dir = task_of(test.task), test.execution.data_dir
    builder = joining.opened(test.dataset, data_dir)
    clip_set = task.read(builder, test.input, test.dataset)
    people = ClipPeople(test.dataset, data_dir, clip_set)
    matched = task.matched(clip_set, model.first.names)
    clips = allowed(model, people, matched.kept)
    said = notes(model, builder, data_dir, clip_set, matched, people)
    # One test has one score, also of joined sets.
    pooled = dataclasses.replace(matched.clip_set, databases=())
    trials = [Trial(0, 0, 0, _NONE, matched.kept)]
    data = RunData(builder, test.input, pooled, trials, None, trials)
    return cls(model, test, data, clips, tuple(said))

  def test(self, experiment: Experiment, console: Console) -> ModelTest:
    """Predicts, and fits the floors on the model's training set if that is here.

    Args:
      experiment: a resolved one.
      console: where the progress is shown.
    """
    task, clip_set, (trial,) = task_of(experiment.task), self.data.clip_set, self.trials
    floor, why = task.unknown_floor(), 'the training set has people of this set'
    if all(len(own) == len(trial.test) for own in self.clips.values()):
      floor, why = floors.of_test(self.model, experiment, self.data, console)
    total = np.zeros((len(clip_set), len(clip_set.names)))
    count = np.zeros((len(clip_set), 1))
    for own, found in self._answers(experiment, console):
      total[own] += found
      count[own] += 1
    mean = (total[trial.test] / count[trial.test]).astype(np.float32)
    part = task.trial_result(clip_set, trial, Predictions(mean, None, None))
    result = {'repeat': 0, 'fold': 0, **part.fields, **floor.fields}
    known = {**part.arrays, **floor.arrays}
    return ModelTest(
      [result],
      [part.arrays],
      {name: [own['probabilities']] for name, own in known.items()},
      (f'no floors of the training set: {why}',) if why else (),
    )

  @property
  def described(self) -> dict:
    """As dataset.json; of the clips that are tested alone."""
    clip_set, (trial,) = self.data.clip_set, self.trials
    kept = dataclasses.replace(
      clip_set,
      clips=tuple(clip_set.clips[i] for i in trial.test),
      subjects=tuple(clip_set.subjects[i] for i in trial.test),
      targets=clip_set.targets[trial.test],
    )
    return run_data.describe_dataset(kept, task_of(self.experiment.task))

  @property
  def trials(self) -> list[Trial]:
    """The one trial."""
    return self.data.wanted

  def _answers(
    self, experiment: Experiment, console: Console
  ) -> Iterator[tuple[Int[np.ndarray, '_'], Float[np.ndarray, '_ n']]]:
    """Yields the clips of each bundle that tests any, and their probabilities."""
    names = [name for name, own in self.clips.items() if len(own)]
    bundles = [self.model.bundles[name] for name in names]
    trials = [Trial(0, i, 0, _NONE, self.clips[name]) for i, name in enumerate(names)]
    arrays = tested_arrays(
      trials, [one.normalisation for one in bundles], experiment.training.batch_size
    )
    asked = dataclasses.replace(self.data, trials=trials, wanted=trials, arrays=arrays)
    made = evaluate.evaluate_models(
      experiment, asked, lambda trial: bundles[trial.fold].variables
    )
    for number, predictions in with_bar(made, 'models', console, len(names)):
      yield trials[number].test, predictions.probabilities
