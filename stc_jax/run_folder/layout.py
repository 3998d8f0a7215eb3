"""The files in the folder of a run, and in that of a study.

config.json environment.json dataset.json folds.csv     at the first start
execution.json starts.jsonl                             at each start
timings.json                                            at each checkpoint and trial
checkpoints/<trial>/                                    while a trial is trained
models/<trial>/ tensorboard/<trial>/ trials/<trial>.json    as a trial ends
predictions/<trial>.npz floors/<trial>.npz              likewise, of action units
summary.json predictions.csv, pictures                  from all trials
study.json                                              of a study, in place of these
test.json dataset.json environment.json execution.json
starts.jsonl summary.json predictions.csv, pictures     of a test, in place of these
report/                                                 the report of a run or a study

A trial is called <repeat>-<fold>.
"""

import pathlib

from stc_jax import files
from stc_jax.bundle.bundle_folder import is_bundle

CONFIG, DATASET, FOLDS = 'config.json', 'dataset.json', 'folds.csv'
ENVIRONMENT, EXECUTION, STARTS = 'environment.json', 'execution.json', 'starts.jsonl'
SUMMARY, TIMINGS, STUDY = 'summary.json', 'timings.json', 'study.json'
TEST = 'test.json'
CLIP_PREDICTIONS = 'predictions.csv'
TRIALS, FRAME_PREDICTIONS, FRAME_FLOORS = 'trials', 'predictions', 'floors'
_MODELS, _CHECKPOINTS, _TENSORBOARD = 'models', 'checkpoints', 'tensorboard'
_WRITTEN = TRIALS, FRAME_PREDICTIONS, FRAME_FLOORS, _MODELS
# No run of a study may have these names.
RESERVED = frozenset({'', '..', 'report', TRIALS, _MODELS, _CHECKPOINTS})


def trial_name(repeat: int, fold: int) -> str:
  """The name of a trial in the names of its files."""
  return f'{repeat}-{fold}'


def is_run(folder: pathlib.Path) -> bool:
  """Whether a run was started in a folder."""
  return (folder / CONFIG).exists()


def is_test(folder: pathlib.Path) -> bool:
  """Whether a finished model was tested in a folder."""
  return (folder / TEST).exists()


def is_summed_up(folder: pathlib.Path) -> bool:
  """Whether the run in a folder is finished."""
  return (folder / SUMMARY).exists()


def trial_file(folder: pathlib.Path, trial: str) -> pathlib.Path:
  """The result of a trial."""
  return folder / TRIALS / f'{trial}.json'


def trial_files(folder: pathlib.Path) -> list[pathlib.Path]:
  """The results of all finished trials."""
  return sorted((folder / TRIALS).glob('*.json'))


def array_file(folder: pathlib.Path, kind: str, trial: str) -> pathlib.Path:
  """The arrays of a trial; `kind` is `FRAME_PREDICTIONS` or `FRAME_FLOORS`."""
  return folder / kind / f'{trial}.npz'


def model(folder: pathlib.Path, trial: str) -> pathlib.Path:
  """The bundle of a trial."""
  return models_folder(folder) / trial


def models_folder(folder: pathlib.Path) -> pathlib.Path:
  """The folder of all bundles."""
  return folder / _MODELS


def models(folder: pathlib.Path) -> list[pathlib.Path]:
  """The bundles of all finished trials."""
  found = sorted(models_folder(folder).glob('[!.]*'))
  return [path for path in found if is_bundle(path)]


def checkpoints(folder: pathlib.Path) -> pathlib.Path:
  """The folder of all checkpoints."""
  return folder / _CHECKPOINTS


def events(folder: pathlib.Path, trial: str) -> pathlib.Path:
  """The folder of a trial's TensorBoard events."""
  return folder / _TENSORBOARD / trial


def scores(folder: pathlib.Path) -> list[str]:
  """The names of the files that hold the scores of a finished run."""
  tables = (SUMMARY, CLIP_PREDICTIONS, f'{FRAME_PREDICTIONS}/')
  pictures = sorted(path.name for path in folder.glob('*.png'))
  return [name for name in tables if (folder / name).exists()] + pictures


def picture(folder: pathlib.Path, name: str) -> pathlib.Path:
  """A picture of a run."""
  return folder / f'{name}.png'


def remove_parts(folder: pathlib.Path) -> None:
  """Removes partly written files of killed starts; no other process may write there."""
  for one in (folder, *(folder / name for name in _WRITTEN)):
    files.remove_parts(one)
