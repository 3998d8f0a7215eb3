"""Tests a finished model on a prepared set, and writes the test's folder."""

import pathlib
from collections.abc import Sequence

from rich.console import Console

from stc_jax import locks, plots
from stc_jax.console import tables
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.run_folder import identity, layout, trial_files
from stc_jax.runs import start
from stc_jax.runs.config import ExecutionConfig
from stc_jax.runs.resolve import resolve
from stc_jax.runs.testing.finished_model import FinishedModel
from stc_jax.runs.testing.other_set import OtherSet
from stc_jax.runs.testing.own_set import ModelTest, OwnSet
from stc_jax.tasks.registry import task_of


def test_in_folder(
  model: FinishedModel,
  dataset: DatasetConfig,
  execution: ExecutionConfig,
  where: pathlib.Path,
  console: Console,
) -> None:
  """Tests a model in a folder; the same test may be there already.

  A run's own set is tested by its own trials: each clip by the model that left it out.
  On any other set the probabilities of the models are averaged that weren't trained on
  the clip's subject.

  Args:
    model: a bundle, or all of a run.
    dataset: the section of the set to test.
    execution: how; each model runs on one device.
    where: the folder.
    console: where progress and results are printed.

  Raises:
    InputError: the set isn't prepared or doesn't fit the model, the model was trained
      on its subjects, or the folder holds something else.
  """
  test = model.test_of(dataset, execution)
  tested = OwnSet.of(model, test) or OtherSet.of(model, test)
  _print_setup(model, tested, console)
  identity.create(where, trials=False)
  with locks.alone_in(where, on_wait=None):
    identity.check_or_write_test(where, _identity(model, tested), tested.described)
    start.record_start(where, tested.experiment.execution, 1, console)
    experiment = resolve(tested.experiment, tested.data, 1, console)
    made = tested.test(experiment, console)
    summary = _sum_up(tested, made, where)
  _print_notes(console, made.missing)
  task = task_of(test.task)
  board = task.scoreboard(summary)
  tables.print_scoreboard(console, board, summary, where, layout.scores(where))
  _print_notes(console, task.notes(summary))


def _print_setup(
  model: FinishedModel, tested: OwnSet | OtherSet, console: Console
) -> None:
  """Prints the model, the clips that it tests, and what a reader must know of them."""
  count = f'{len(model.bundles)} bundle{"s" * (len(model.bundles) != 1)}'
  words = f'model: {model.first.model}, {count}, trained on {model.trained_on}'
  console.print(words, highlight=False, soft_wrap=True)
  described, trials = tested.described, tested.data.wanted
  counts = described[task_of(tested.experiment.task).outputs]
  asked = len(set().union(*(trial.test.tolist() for trial in trials)))
  tables.print_dataset(console, described, counts, f'to test: {asked:,}')
  _print_notes(console, tested.notes)


def default_folder(model: FinishedModel, dataset: DatasetConfig) -> pathlib.Path:
  """The folder of a test where none is named."""
  sets = '+'.join(dataset.written).replace('/', '-')
  return pathlib.Path('runs') / f'{model.label}-on-{sets}'


def _identity(model: FinishedModel, tested: OwnSet | OtherSet) -> dict:
  """What decides the results of a test."""
  return {
    'task': tested.experiment.task.kind,
    'model': model.label,
    'trained_on': model.trained_on,
    'architecture': model.first.model,
    'bundles': model.digests,
    'tested_on': tested.data.clip_set.name,
    'dataset': tested.experiment.dataset.decisive(),
  }


def _sum_up(tested: OwnSet | OtherSet, made: ModelTest, where: pathlib.Path) -> dict:
  """Writes predictions, pictures and the summary."""
  experiment, data = tested.experiment, tested.data
  task = task_of(experiment.task)
  for trial, arrays in zip(data.wanted, made.arrays, strict=True):
    trial_files.write_arrays(where, trial, arrays)
  resampled = experiment.protocol.resampled
  summary = {
    'dataset': data.clip_set.name,
    'model': experiment.model,
    'trials': len(made.found),
    **task.summarise(data, made.found, made.probabilities, resampled),
    **task.tested_fields(made.found),
    'notes': [*tested.notes, *made.missing],
  }
  if rows := task.prediction_rows(data.clip_set.names, made.found):
    trial_files.write_predictions(where, rows)
  for name, figure in task.pictures(summary, made.found).items():
    plots.save_png(figure, layout.picture(where, name))
  trial_files.write_summary(where, summary)
  return summary


def _print_notes(console: Console, notes: Sequence[str]) -> None:
  for note in notes:
    console.print(f'note: {note}', highlight=False, soft_wrap=True)
