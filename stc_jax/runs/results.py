"""What a run finds, as the files of its folder show it; what decides a number, too.

config.json environment.json dataset.json folds.csv     at the start
execution.json                                          of the last start
trials/<repeat>-<fold>.json                             as each trial ends
summary.json, and what else the task has                from all of them
timings.json                                            what varies from run to run
"""

import json
import pathlib
from collections.abc import Set

import numpy as np

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError

_FIELDS = {'repeat', 'fold', 'train_losses', 'train_accuracies'}


def describe_dataset(clip_set: ClipSet) -> dict:
  """The set's name and size, and the fingerprint of all its records.

  And its classes, with how many clips each has; or its action units, with how many
  frames show each.
  """
  described = {
    'name': clip_set.name,
    'clips': len(set(clip_set.clips)),
    'subjects': len(set(clip_set.subjects)),
  }
  if clip_set.labelled is None:
    counts = np.bincount(clip_set.targets, minlength=len(clip_set.names))
    described['classes'] = dict(zip(clip_set.names, counts.tolist(), strict=True))
  else:
    counts = (clip_set.targets == 1).sum(axis=0)
    described['frames'] = len(clip_set)
    described['aus'] = dict(zip(clip_set.names, counts.tolist(), strict=True))
  return described | {'sha256': clip_set.fingerprint}


def trial_path(workdir: pathlib.Path, trial: Trial) -> pathlib.Path:
  """Where a trial's result lies."""
  return workdir / 'trials' / f'{trial.name}.json'


def read_trial(path: pathlib.Path, fields: Set[str]) -> dict:
  """Reads a trial's result, which holds `fields` of its task's.

  Raises:
    InputError: the file isn't there, or isn't whole.
  """
  try:
    result = json.loads(path.read_text(encoding='utf-8'))
    missing = (_FIELDS | fields) - result.keys()
    if missing:
      raise ValueError(f'no {", ".join(sorted(missing))}')
  except FileNotFoundError as error:
    raise InputError(
      f'{path}: not there, the trial is unfinished; the same command without '
      '--mode=evaluate trains it'
    ) from error
  except (AttributeError, OSError, ValueError) as error:
    raise InputError(
      f'{path}: cannot be read ({error}); remove it and train the trial again'
    ) from error
  return result
