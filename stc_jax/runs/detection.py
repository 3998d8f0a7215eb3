"""A run of detection: what its trials' results hold, and what follows from them.

trials/<repeat>-<fold>.json               as each trial ends
predictions/<repeat>-<fold>.npz           of each tested frame, and its truth
floors/<repeat>-<fold>.npz                of each tested frame: the ridge regression's
summary.json                              from all of them
action_units.png training_curves.png
"""

import io
import pathlib
import zipfile
from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from rich.console import Console

from stc_jax import files
from stc_jax.baselines import frame_floors
from stc_jax.baselines.frame_floors import TrialFloor
from stc_jax.console import tables
from stc_jax.data import records
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.evaluation import detected
from stc_jax.evaluation import detection as scoring
from stc_jax.evaluation.detected import Judged
from stc_jax.runs import background
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.tasks import pictures
from stc_jax.training.testing import Tested

FIELDS = {'test_frames', 'thresholds', 'floor_thresholds', 'f1_mean'}
SCORE = 'f1_mean'


def floors_of(
  experiment: Experiment, run_data: RunData, console: Console
) -> Callable[[], list[TrialFloor]]:
  """Starts to fit the floors of each trial; the function returned waits for them."""
  del experiment

  def say(trial: Trial) -> None:
    console.print(f'fitting the floor of trial {trial.name}, beside training ...')

  def fit() -> list[TrialFloor]:
    return frame_floors.of_trials(
      run_data.clip_set, run_data.wanted, lambda: records.coded(run_data.builder), say
    )

  return background.begin(fit).result


def keep_floor(floor: TrialFloor, trial: Trial, workdir: pathlib.Path) -> dict:
  """Writes what the ridge regression says; returns what the trial's result holds."""
  _write(_path(workdir, 'floors', trial), probabilities=floor.scores)
  return {'floor_thresholds': floor.thresholds.tolist()}


def trial_result(
  run_data: RunData, trial: Trial, tested: Tested, workdir: pathlib.Path
) -> dict:
  """Writes the predictions; returns what the test of a trial's model says."""
  clip_set = run_data.clip_set
  thresholds = scoring.thresholds(
    clip_set.targets[tested.sample], tested.sample_probabilities
  )
  clips, places = np.unique(
    [clip_set.clips[i] for i in trial.test], return_inverse=True
  )
  _write(
    _path(workdir, 'predictions', trial),
    aus=np.array(clip_set.names),
    clips=clips.astype(str),
    clip=places.astype(np.int32),
    frame_number=clip_set.labelled.numbers[trial.test],
    target=clip_set.targets[trial.test],
    probabilities=tested.probabilities,
  )
  said, everybody = tested.probabilities >= detected.CUT, np.zeros(len(trial.test), int)
  counts = scoring.count(clip_set.targets[trial.test], said, everybody, 1)
  return {
    'train_frames': len(trial.train),
    'test_frames': len(trial.test),
    'thresholds': thresholds.tolist(),
    'f1_mean': float(scoring.f1(counts).mean()) if len(trial.test) else None,
  }


def sum_up(
  experiment: Experiment, run_data: RunData, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary and pictures from the results of all trials.

  Raises:
    InputError: a file of predictions isn't there, or isn't whole.
  """
  trials = run_data.wanted
  ours, theirs = (
    [
      Judged(_scores(_path(workdir, name, trial), trial), np.array(result[field]))
      for trial, result in zip(trials, found, strict=True)
    ]
    for name, field in (
      ('predictions', 'thresholds'),
      ('floors', 'floor_thresholds'),
    )
  )
  summary = {
    'dataset': run_data.clip_set.name,
    'model': experiment.model,
    'trials': len(found),
    **detected.spread('trial_f1', [result['f1_mean'] for result in found]),
    **detected.summarise(run_data.clip_set, trials, run_data.folds, ours, theirs),
  }
  files.write(workdir / 'summary.json', files.as_json(summary))
  heading = pictures.title(summary, 'f1')
  tested = {'mean F1, test': summary['trial_f1_mean']}
  if summary['trial_f1_mean'] is not None:
    pictures.action_units(workdir / 'action_units.png', summary, heading)
    tested['floor, test'] = summary['means']['floor_f1']
    tested['always, test'] = summary['means']['constant_f1']
  pictures.training_curves(workdir / 'training_curves.png', found, heading, tested)
  return summary


def print_summary(console: Console, summary: dict, workdir: pathlib.Path) -> None:
  """Prints it, and where the files lie."""
  tables.print_detection(console, summary, workdir)


def _path(workdir: pathlib.Path, kind: str, trial: Trial) -> pathlib.Path:
  return workdir / kind / f'{trial.name}.npz'


def _write(path: pathlib.Path, **arrays: np.ndarray) -> None:
  """Writes arrays whole or not at all; the same arrays give the same bytes."""
  out = io.BytesIO()
  np.savez_compressed(out, **arrays)
  path.parent.mkdir(exist_ok=True)
  files.write_bytes(path, out.getvalue())


def _scores(path: pathlib.Path, trial: Trial) -> Float[np.ndarray, 'm a']:
  try:
    with np.load(path, allow_pickle=False) as file:
      scores = file['probabilities']
    if len(scores) != len(trial.test):
      raise ValueError(f'{len(scores)} frames, not {len(trial.test)}')
  except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); remove trials/{trial.name}.json and '
      'train the trial again'
    ) from error
  return scores
