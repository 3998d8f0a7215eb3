"""The floors of clips with labels: computed once for a set and its trials, cached."""

import hashlib
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from stc_jax import files, machine
from stc_jax.baselines import svm
from stc_jax.baselines.hog import hog
from stc_jax.baselines.svm import Appearance
from stc_jax.data import records, sampling
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial

# Changes when the same set and trials give other floors than before.
_VERSION = 2
_PACKAGES = ('numpy', 'opencv-python-headless', 'scikit-learn')

ReadClips = Callable[[], Iterable[records.PreparedClip]]


def of_trials(
  clip_set: ClipSet,
  trials: Sequence[Trial],
  clips: ReadClips,
  strongest: str,
  folder: pathlib.Path,
  progress: Callable[[Iterable[dict]], Iterable[dict]] = iter,
) -> list[dict]:
  """`svm.trial_floors` of each trial.

  They are read from the cache where an earlier run left them there. The cache is beside
  the prepared set or, where that can't be written, in the user's cache folder.

  Args:
    clip_set: labels, subjects and fingerprint.
    trials: which clips train and which test.
    clips: reads the set's clips, whole length; called where nothing is cached.
    strongest: see `appearance`.
    folder: of the prepared set.
    progress: wraps the floors while they are computed, one for each trial.
  """
  if not any(len(trial.test) for trial in trials):
    return [dict.fromkeys(svm.KEYS) for _ in trials]
  name = f'{_key(clip_set, trials, strongest)}.json'
  places = [parent / 'floors' / name for parent in (folder, machine.cache_folder())]
  for place in places:
    cached = _read(place)
    if cached is not None:
      return cached
  floors = list(progress(_computed(clip_set, trials, clips, strongest)))
  _write(places, files.as_json(floors))
  return floors


def appearance(clips: Iterable[records.PreparedClip], strongest: str) -> Appearance:
  """The features of prepared clips, in the order of their names.

  Args:
    clips: whole length.
    strongest: which frame has the strongest expression. 'last': for sets whose clips
      end at the apex, such as CK+. 'most_changed': the frame that differs most from the
      first, for sets whose apex is unknown, such as MMI.
  """
  found = {}
  for record in clips:
    place = -1 if strongest == 'last' else int(sampling.change(record.frames).argmax())
    first, strong = hog(record.frames[0]), hog(record.frames[place])
    found[record.clip] = strong, strong - first
  ordered = [found[clip] for clip in sorted(found)]
  return Appearance(*map(np.stack, zip(*ordered, strict=True)))


class LabelledClips(NamedTuple):
  """Some clips of a set, for floors that train on one set and test on another.

  Attributes:
    clip_set: labels and subjects.
    examples: the clips to use.
    read: reads all clips of the set, whole length.
    strongest: see `appearance`.
  """

  clip_set: ClipSet
  examples: Int[np.ndarray, 'n']
  read: ReadClips
  strongest: str


def of_another_set(trained: LabelledClips, tested: LabelledClips) -> dict:
  """`svm.trial_floors`, fitted on clips of one set and tested on those of another.

  The labels of both sets are numbers of the same classes.
  """
  sides = trained, tested
  found = [appearance(one.read(), one.strongest) for one in sides]
  used = [
    Appearance(*(column[one.examples] for column in own))
    for one, own in zip(sides, found, strict=True)
  ]
  features = Appearance(*map(np.concatenate, zip(*used, strict=True)))
  labels = np.concatenate([one.clip_set.targets[one.examples] for one in sides])
  subjects = [one.clip_set.subjects[i] for one in sides for i in one.examples]
  first = len(trained.examples)
  rows = np.arange(len(labels))
  trial = Trial(repeat=0, fold=0, seed=0, train=rows[:first], test=rows[first:])
  return svm.trial_floors(features, labels, np.array(subjects), trial)


def _computed(
  clip_set: ClipSet, trials: Sequence[Trial], clips: ReadClips, strongest: str
) -> Iterator[dict]:
  """Yields each trial's floors."""
  features = appearance(clips(), strongest)
  labels, groups = clip_set.targets, np.array(clip_set.subjects)
  yield from svm.all_floors(features, labels, groups, trials)


def _key(clip_set: ClipSet, trials: Sequence[Trial], strongest: str) -> str:
  """Changes with all that the floors depend on."""
  cut = [(t.name, t.train.tolist(), t.test.tolist()) for t in trials]
  versions = [metadata.version(name) for name in _PACKAGES]
  identity = repr((_VERSION, versions, clip_set.fingerprint, strongest, cut))
  return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _read(place: pathlib.Path) -> list[dict] | None:
  """The cached floors; None where there are none, or the file is damaged."""
  try:
    return json.loads(place.read_text(encoding='utf-8'))
  except (OSError, ValueError):
    return None


def _write(places: list[pathlib.Path], text: str) -> None:
  """Writes to the first place that can be written; without one nothing is cached."""
  for place in places:
    try:
      place.parent.mkdir(parents=True, exist_ok=True)
      files.write(place, text)
    except OSError:
      continue
    return
