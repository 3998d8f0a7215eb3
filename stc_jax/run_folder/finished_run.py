"""A finished run, read from its folder."""

import csv
import dataclasses
import functools
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from stc_jax.data import joining, reading
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.labelled_set import as_labelled
from stc_jax.data.records import PreparedClip
from stc_jax.errors import InputError, machine_error
from stc_jax.models.registry import MODELS
from stc_jax.run_folder import consistency, documents, layout, trial_files
from stc_jax.tasks.registry import TASKS
from stc_jax.tasks.task import Task
from stc_jax.typed_json import read as read_json
from stc_jax.validate import to_dataclass

_REMEDY = 'make the run again'
_FOLDS = ['repeat', 'fold', 'clip', 'subject']


@dataclasses.dataclass(frozen=True)
class Run:
  """A finished run.

  Attributes:
    name: in tables, where no other run has it.
    method: its name in its study, or that of its model; the paper's, if it has one.
    folder: of the run.
    config, summary, dataset, environment, execution, timings: its files of that name.
    trials: the results of its trials, in order.
    folds: the text of folds.csv: the clips that each trial tests.
  """

  name: str
  method: str
  folder: pathlib.Path
  config: dict
  summary: dict
  dataset: dict
  environment: dict
  execution: dict
  timings: dict
  trials: list[dict]
  folds: str

  @property
  def task(self) -> Task:
    """What it was trained for, without the fields of its section."""
    return TASKS[self.config['task']['kind']]()

  @property
  def title(self) -> str:
    """The dataset's name, config and version."""
    return self.dataset['name']

  @property
  def dataset_key(self) -> tuple[str, ...]:
    """Its dataset, and the names of its outputs; the same for runs of one table."""
    names = self.dataset[self.task.outputs]
    return self.title, *names

  @property
  def dataset_config(self) -> DatasetConfig:
    """Its section `dataset`."""
    where = f'{layout.CONFIG}: dataset'
    return to_dataclass(where, self.config['dataset'], DatasetConfig, _REMEDY)

  @property
  def database(self) -> str:
    """A folder of datasets/; '' where several sets are joined."""
    return self.config['dataset']['name']

  @property
  def folders(self) -> list[str]:
    """The folders of datasets/ that its sets are of."""
    return sorted({name for name, _ in self.dataset_config.sets})

  def clips(self) -> Iterator[PreparedClip]:
    """Yields the clips of the set that it was trained on.

    Raises:
      InputError: the set isn't prepared here.
    """
    dataset = self.dataset_config
    prepared = joining.opened(dataset, self.execution['data_dir'])
    here = as_labelled(prepared).name
    if here != self.title:
      raise InputError(f'{self.folder} is of {self.title}, and {here} is prepared here')
    return reading.clips_of(prepared, dataset.neutral_share)

  @property
  def network(self) -> dict:
    """The fields of its model."""
    return self.config[self.config['model']]

  @functools.cached_property
  def rows(self) -> list[dict]:
    """See `Task.rows`."""
    return self.task.rows(self.trials)

  def arrays(self, name: str, trial: dict, fields: Sequence[str]) -> list[np.ndarray]:
    """Reads arrays of a trial from a file of its own.

    Args:
      name: of the folder of such files.
      trial: its result.
      fields: of the file.

    Raises:
      InputError: the file isn't there, or isn't whole.
    """
    trial_name = layout.trial_name(trial['repeat'], trial['fold'])
    return trial_files.read_arrays(self.folder, name, trial_name, fields)


def read(name: str, folder: pathlib.Path) -> Run:
  """Reads a finished run; with name '', it has the name of its model.

  Raises:
    InputError: it isn't finished; or a file is missing, damaged, of another version, or
      doesn't go with the others.
  """
  if not layout.is_summed_up(folder):
    raise InputError(f'{folder}: {_progress(folder)}; the same command continues it')
  run = _read_files(name, folder)
  if run.summary['trials'] != len(run.trials):
    of_it = f'{layout.SUMMARY} is of {run.summary["trials"]}'
    raise InputError(
      f'{folder}: {_progress(folder)}, {of_it}; the same command continues it'
    )
  try:
    consistency.check(run.config, run.trials)
    labelled = {consistency.trial_label(trial): trial for trial in run.trials}
    run.task.check_files(run.dataset, run.summary, labelled)
  except InputError as error:
    raise InputError(
      f'{folder}: damaged, or of another version of stc_jax ({error}); make it again'
    ) from error
  return run


def _read_files(name: str, folder: pathlib.Path) -> Run:
  """The files, each of the right types."""
  config = read_json(folder / layout.CONFIG, documents.ConfigFile, _REMEDY)
  task = TASKS[config['task']['kind']]
  types = {
    layout.SUMMARY: task.summary_file,
    layout.DATASET: documents.DatasetFile,
    layout.ENVIRONMENT: documents.EnvironmentFile,
    layout.EXECUTION: documents.ExecutionFile,
    layout.TIMINGS: documents.TimingsFile,
  }
  found = {
    file.removesuffix('.json'): read_json(folder / file, fields, _REMEDY)
    for file, fields in types.items()
  }
  paths = layout.trial_files(folder)
  trials = [read_json(path, task.trial_file, _REMEDY) for path in paths]
  trials.sort(key=lambda trial: (trial['repeat'], trial['fold']))
  method = name or MODELS[config['model']].title
  folds = _folds(folder / layout.FOLDS)
  return Run(method, method, folder, config, **found, trials=trials, folds=folds)


def _folds(path: pathlib.Path) -> str:
  """The text of folds.csv."""
  try:
    text = path.read_text(encoding='utf-8')
    rows = list(csv.reader(text.splitlines()))
    if not rows or rows[0][:4] != _FOLDS or any(len(row) != 5 for row in rows):
      raise ValueError(f'its columns are not {", ".join(_FOLDS)} and one more')
  except (OSError, ValueError, csv.Error) as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: cannot be read ({error}); make the run again') from error
  return text


def _progress(folder: pathlib.Path) -> str:
  count = len(layout.trial_files(folder))
  return f'{count} trial{"s" * (count != 1)} finished' if count else 'not begun'
