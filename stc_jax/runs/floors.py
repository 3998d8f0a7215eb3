"""A run's floors: computed once for a set and a protocol, and kept beside the set."""

import hashlib
import json
import pathlib
from collections.abc import Iterable
from importlib import metadata

import numpy as np
from rich.console import Console

from stc_jax import files, machine
from stc_jax.console.progress import with_bar
from stc_jax.data import reading, records, sampling
from stc_jax.evaluation import floors
from stc_jax.evaluation.floors import Appearance
from stc_jax.runs import folder
from stc_jax.runs.config import DatasetConfig
from stc_jax.runs.run_data import RunData

# Changes when the same set and trials give other floors than before.
_VERSION = 2
_PACKAGES = ('numpy', 'opencv-python-headless', 'scikit-learn')


def of_trials(
  run_data: RunData, dataset: DatasetConfig, console: Console
) -> list[dict]:
  """`trial_floors` of each trial.

  Looked up where an earlier run left them: beside the prepared set or, where that can't
  be written, in the user's cache folder.
  """
  if not any(len(trial.test) for trial in run_data.trials):
    return [dict.fromkeys(floors.KEYS) for _ in run_data.trials]
  name = f'{_key(run_data, dataset.strongest_frame)}.json'
  beside = pathlib.Path(run_data.builder.data_path)
  places = [parent / 'floors' / name for parent in (beside, machine.cache_folder())]
  for place in places:
    found = _read(place)
    if found is not None:
      return found
  console.print('fitting the floors ...')
  clips = reading.clips_of(run_data.builder, dataset.neutral_share)
  features = appearance(clips, dataset.strongest_frame)
  labels, groups = run_data.clip_set.targets, np.array(run_data.clip_set.subjects)
  found = floors.all_floors(features, labels, groups, run_data.trials)
  made = list(with_bar(found, 'floors', console, len(run_data.trials)))
  _keep(places, folder.as_json(made))
  return made


def appearance(clips: Iterable[records.PreparedClip], strongest: str) -> Appearance:
  """The features of prepared clips, in the order of their names.

  `strongest` 'last': sets that end at the apex, as CK+ does. 'most_changed': the frame
  that differs most from the first, for sets whose apex has no known place, as MMI.
  """
  found = {}
  for record in clips:
    place = -1 if strongest == 'last' else int(sampling.change(record.frames).argmax())
    first, strong = floors.hog(record.frames[0]), floors.hog(record.frames[place])
    found[record.clip] = strong, strong - first
  ordered = [found[clip] for clip in sorted(found)]
  return Appearance(*map(np.stack, zip(*ordered, strict=True)))


def _key(run_data: RunData, strongest: str) -> str:
  """Changes with all that the floors follow from."""
  cut = [(t.name, t.train.tolist(), t.test.tolist()) for t in run_data.trials]
  versions = [metadata.version(name) for name in _PACKAGES]
  told = repr((_VERSION, versions, run_data.clip_set.fingerprint, strongest, cut))
  return hashlib.sha256(told.encode()).hexdigest()[:32]


def _read(place: pathlib.Path) -> list[dict] | None:
  try:
    return json.loads(place.read_text(encoding='utf-8'))
  except (OSError, ValueError):  # not there, or cut off: made anew
    return None


def _keep(places: list[pathlib.Path], text: str) -> None:
  """Writes `text` to the first place that can be written; a cache may go without."""
  for place in places:
    try:
      place.parent.mkdir(parents=True, exist_ok=True)
      files.write(place, text)
    except OSError:
      continue
    return
