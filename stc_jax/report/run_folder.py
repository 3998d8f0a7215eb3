"""What a run left in its folder, read again."""

import contextlib
import dataclasses
import functools
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from stc_jax.data import catalogue, reading
from stc_jax.data.records import PreparedClip
from stc_jax.errors import InputError
from stc_jax.evaluation.statistics import TrialScore

_MODELS = {
  'stc': 'STC',
  'stc_lstm': 'STC-LSTM',
  'stc_slstm': 'STC-SLSTM',
  'stc_nlstm': 'STC-NLSTM',
  'densenet': 'DenseNet',
}


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
    InputError: it isn't finished, or a file isn't there, can't be read, or is of
      another version.
  """
  if not (folder / 'summary.json').exists():
    raise InputError(f'{folder}: {_progress(folder)}; the same command goes on')
  names = 'config', 'summary', 'dataset', 'environment', 'execution', 'timings'
  files = {field: read_json(folder / f'{field}.json') for field in names}
  trials = [read_json(path) for path in sorted((folder / 'trials').glob('*.json'))]
  try:
    trials.sort(key=lambda trial: (trial['repeat'], trial['fold']))
    folds = (folder / 'folds.csv').read_text(encoding='utf-8')
    method = name or _MODELS[files['config']['model']]
    run = Run(method, method, folder, **files, trials=trials, folds=folds)
    if run.summary['trials'] != len(trials):
      of_it = f'summary.json is of {run.summary["trials"]}'
      raise InputError(
        f'{folder}: {_progress(folder)}, {of_it}; the same command goes on'
      )
    _ = run.is_detection, run.told, run.config['dataset']['neutral_share'], run.network
  except (KeyError, OSError, TypeError) as error:
    what = f'no {error}' if isinstance(error, KeyError) else error
    raise InputError(
      f'{folder}: damaged, or of another version of stc_jax ({what}); make it again'
    ) from error
  return run


def read_json(path: pathlib.Path) -> dict:
  """Reads a file of a run.

  Raises:
    InputError: it isn't there, or isn't whole.
  """
  try:
    return json.loads(path.read_text(encoding='utf-8'))
  except (OSError, ValueError) as error:
    raise InputError(f'{path}: cannot be read ({error}); make the run again') from error


def last_line(path: pathlib.Path) -> dict:
  """The last whole line of JSON in a file; {} where there is none."""
  try:
    lines = path.read_text(encoding='utf-8').split('\n')
  except FileNotFoundError:
    return {}
  for line in reversed(lines):
    with contextlib.suppress(ValueError):
      return json.loads(line)
  return {}


def _progress(folder: pathlib.Path) -> str:
  count = len(list((folder / 'trials').glob('*.json')))
  return f'{count} trial{"s" * (count != 1)} finished' if count else 'not begun'
