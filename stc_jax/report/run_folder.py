"""What a run left in its folder, read again; and which runs a study has."""

import dataclasses
import functools
import json
import pathlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stc_jax.data import catalogue, reading
from stc_jax.data.records import PreparedClip
from stc_jax.errors import InputError
from stc_jax.evaluation.statistics import TrialScore

# Written by a study at its start: {'runs': {name: folder below the study's}}.
STUDY = 'study.json'
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
    name: in tables: its name in its study, or its model's.
    folder: where it lies.
    config, summary, dataset, environment, execution, timings: its files of that name.
    trials: the results of its trials, in their order.
    folds: the text of folds.csv: who is tested where.
  """

  name: str
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
    return self.title, *(self.dataset.get('classes') or self.dataset['aus'])

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


def found(folders: Sequence[pathlib.Path]) -> tuple[list[Run], list[str]]:
  """The finished runs in folders of runs and studies, and what is missing of others.

  A run that lies in two of them is taken once.

  Raises:
    InputError: a folder is neither a run nor a study; or a file of it can't be read; or
      no run is finished.
  """
  runs, missing = {}, []
  for name, folder in _named(folders):
    reason = _unfinished(folder)
    if reason:
      missing.append(f'{name} ({folder}): {reason}')
    elif folder.resolve() not in runs:
      runs[folder.resolve()] = read(name, folder)
  if not runs:
    raise InputError(f'no run is finished yet: {"; ".join(missing)}')
  return _told_apart(list(runs.values())), missing


def _told_apart(runs: list[Run]) -> list[Run]:
  """Runs of one name are told apart by their folders'."""
  times = Counter(run.name for run in runs)
  return [
    dataclasses.replace(run, name=f'{run.name}, {run.folder.name}')
    if times[run.name] > 1
    else run
    for run in runs
  ]


def read(name: str, folder: pathlib.Path) -> Run:
  """Reads a finished run; '': it is called as its model is.

  Raises:
    InputError: a file isn't there, or can't be read.
  """
  names = 'config', 'summary', 'dataset', 'environment', 'execution', 'timings'
  files = {field: read_json(folder / f'{field}.json') for field in names}
  trials = [read_json(path) for path in sorted((folder / 'trials').glob('*.json'))]
  trials.sort(key=lambda trial: (trial['repeat'], trial['fold']))
  folds = (folder / 'folds.csv').read_text(encoding='utf-8')
  model = files['config']['model']
  return Run(name or _MODELS[model], folder, **files, trials=trials, folds=folds)


def read_json(path: pathlib.Path) -> dict:
  """Reads a file of a run.

  Raises:
    InputError: it isn't there, or isn't whole.
  """
  try:
    return json.loads(path.read_text(encoding='utf-8'))
  except (OSError, ValueError) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); start the run again, which mends it'
    ) from error


def read_json_lines(path: pathlib.Path) -> list[dict]:
  """Reads a file of a run that holds a line of JSON for each thing.

  Raises:
    InputError: it isn't there, or isn't whole.
  """
  try:
    lines = path.read_text(encoding='utf-8').splitlines()
    return [json.loads(line) for line in lines]
  except (OSError, ValueError) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); start the run again, which adds to it'
    ) from error


def _named(folders: Sequence[pathlib.Path]) -> Iterator[tuple[str, pathlib.Path]]:
  """Each run's name and folder; a study's runs one by one."""
  for folder in folders:
    if (folder / STUDY).exists():
      for name, own in read_json(folder / STUDY)['runs'].items():
        yield name, folder / own
    elif (folder / 'config.json').exists():
      yield '', folder
    else:
      raise InputError(
        f'{folder}: neither a run nor a study; name a folder that '
        'python -m stc_jax.main made'
      )


def _unfinished(folder: pathlib.Path) -> str:
  """What a run lacks to be reported, or ''."""
  if (folder / 'summary.json').exists():
    return ''
  trials = len(list((folder / 'trials').glob('*.json')))
  return f'{trials} trials are finished' if trials else 'not begun'
