"""What a run left in its folder, read again."""

import contextlib
import csv
import dataclasses
import functools
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from stc_jax.data import catalogue, reading
from stc_jax.data.records import PreparedClip
from stc_jax.errors import InputError, machine_error
from stc_jax.evaluation.statistics import TrialScore
from stc_jax.models.registry import MODELS
from stc_jax.report import consistency, run_files

# By whether a run tells action units.
_SUMMARIES = (run_files.ClassificationSummary, run_files.DetectionSummary)
_TRIALS = (run_files.ClassificationTrial, run_files.DetectionTrial)
_FOLDS = ['repeat', 'fold', 'clip', 'subject']


@dataclasses.dataclass(frozen=True)
class Run:
  """A finished run.

  Attributes:
    name: in tables; unlike that of any other run there.
    method: its name in its study, or its model's; the paper's, where it has one.
    folder: where it lies.
    config, summary, dataset, environment, execution, timings: its files of that name.
    trials: the results of its trials, in their order.
    folds: the text of folds.csv: who is tested where.
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
  def is_detection(self) -> bool:
    """Whether it tells action units, and not one class a clip."""
    return self.config['task']['kind'] == 'detection'

  @property
  def title(self) -> str:
    """The dataset's name, config and version."""
    return self.dataset['name']

  @property
  def told(self) -> tuple[str, ...]:
    """Its dataset, and what it tells apart there; alike in runs of one table."""
    names = self.dataset['aus' if self.is_detection else 'classes']
    return self.title, *names

  @property
  def database(self) -> str:
    """A folder of datasets/."""
    return self.config['dataset']['name']

  def clips(self) -> Iterator[PreparedClip]:
    """Those of the set that it was trained on, one by one.

    Raises:
      InputError: that isn't prepared here.
    """
    dataset = self.config['dataset']
    builder = catalogue.prepared_builder(
      dataset['name'], dataset['builder_config'], self.execution['data_dir']
    )
    here = builder.info.full_name
    if here != self.title:
      raise InputError(f'{self.folder} is of {self.title}, and {here} is prepared here')
    return reading.clips_of(builder, dataset['neutral_share'])

  @property
  def network(self) -> dict:
    """The fields of its model."""
    return self.config[self.config['model']]

  @functools.cached_property
  def scores(self) -> list[TrialScore]:
    """Of its trials; of clips alone."""
    return [
      TrialScore(
        repeat=trial['repeat'],
        tested=trial['test_clips'],
        correct=sum(map(is_right, trial['predictions'])),
        trained=trial['train_clips'],
      )
      for trial in self.trials
    ]

  @functools.cached_property
  def rows(self) -> list[dict]:
    """Each tested clip of each trial, with `repeat` and `fold`; of clips alone."""
    return [
      {'repeat': trial['repeat'], 'fold': trial['fold'], **row}
      for trial in self.trials
      for row in trial['predictions']
    ]


def is_right(row: Mapping[str, Any]) -> bool:
  """Whether a tested clip got its label."""
  return row['label'] == row['predicted']


def read(name: str, folder: pathlib.Path) -> Run:
  """Reads a finished run; name '': it is called as its model is.

  Raises:
    InputError: it isn't finished, or a file isn't there, can't be read, doesn't go with
      the others, or is of another version.
  """
  if not (folder / 'summary.json').exists():
    raise InputError(f'{folder}: {_progress(folder)}; the same command goes on')
  config = run_files.read(folder / 'config.json', run_files.Config)
  detects = config['task']['kind'] == 'detection'
  kinds = {
    'summary': _SUMMARIES[detects],
    'dataset': run_files.DatasetFile,
    'environment': run_files.Environment,
    'execution': run_files.Execution,
    'timings': run_files.Timings,
  }
  found = {
    field: run_files.read(folder / f'{field}.json', kind)
    for field, kind in kinds.items()
  }
  paths = sorted((folder / 'trials').glob('*.json'))
  trials = [run_files.read(path, _TRIALS[detects]) for path in paths]
  trials.sort(key=lambda trial: (trial['repeat'], trial['fold']))
  method = name or MODELS[config['model']].title
  folds = _folds(folder / 'folds.csv')
  run = Run(method, method, folder, config, **found, trials=trials, folds=folds)
  if run.summary['trials'] != len(trials):
    of_it = f'summary.json is of {run.summary["trials"]}'
    raise InputError(
      f'{folder}: {_progress(folder)}, {of_it}; the same command goes on'
    )
  try:
    consistency.check(config, run.dataset, run.summary, trials)
  except InputError as error:
    raise InputError(
      f'{folder}: damaged, or of another version of stc_jax ({error}); make it again'
    ) from error
  return run


def last_start(folder: pathlib.Path) -> dict | None:
  """The last whole line of a run's starts.jsonl; None where it has none.

  Raises:
    InputError: that line is damaged; what a kill cut off before its end is no line.
  """
  path = folder / 'starts.jsonl'
  try:
    *lines, cut = path.read_bytes().split(b'\n')
  except FileNotFoundError:
    return None
  with contextlib.suppress(RecursionError, ValueError):
    return run_files.whole(cut, run_files.Start)
  if not lines:
    return None
  try:
    return run_files.whole(lines[-1], run_files.Start)
  except (RecursionError, ValueError) as error:
    raise InputError(f'{path}: its last line is damaged') from error


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
  count = len(list((folder / 'trials').glob('*.json')))
  return f'{count} trial{"s" * (count != 1)} finished' if count else 'not begun'
