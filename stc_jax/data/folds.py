"""Cross-validation: which clips each trial trains on and is tested on."""

import csv
import dataclasses
import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from sklearn.model_selection import StratifiedKFold

from stc_jax.data.source import ClipSet
from stc_jax.errors import InputError

UNITS = ('subject', 'sequence')


@dataclasses.dataclass(frozen=True)
class ProtocolConfig:
  """Section `protocol` of a launch file; launch/default.py explains its fields."""

  folds: int
  repeats: int
  unit: str
  seed: int
  first_trials: int

  def __post_init__(self):
    """Checks the ranges."""
    if self.folds < 2:
      raise InputError(f'protocol.folds: {self.folds}, must be at least 2')
    if self.repeats < 1:
      raise InputError(f'protocol.repeats: {self.repeats}, must be at least 1')
    if self.unit not in UNITS:
      raise InputError(f'protocol.unit: {self.unit!r} is not one of {", ".join(UNITS)}')
    if not 0 <= self.first_trials <= self.folds * self.repeats:
      raise InputError(
        f'protocol.first_trials: {self.first_trials}, must lie between 0 (all) and '
        f'folds * repeats = {self.folds * self.repeats}'
      )


@dataclasses.dataclass(frozen=True)
class Trial:
  """One training and its test: pure data, no device.

  Attributes:
    repeat, fold: its place in the protocol.
    seed: of all its randomness; a function of the protocol's seed and the place alone.
    train, test: sorted clip indices.
  """

  repeat: int
  fold: int
  seed: int
  train: Int[np.ndarray, 'n']
  test: Int[np.ndarray, 'm']

  @property
  def name(self) -> str:
    """As in `trials/<repeat>-<fold>.json`."""
    return f'{self.repeat}-{self.fold}'


def trials(clip_set: ClipSet, protocol: ProtocolConfig) -> list[Trial]:
  """All trials of a protocol, repeat by repeat (Yu et al. 2018, sec. 4.1).

  Raises:
    InputError: more folds than subjects, or than clips of the rarest class.
  """
  assign = {'subject': by_subject, 'sequence': by_sequence}[protocol.unit]
  made = []
  for repeat in range(protocol.repeats):
    assigned = assign(clip_set, protocol.folds, repeat, protocol.seed)
    for fold in range(protocol.folds):
      made.append(
        Trial(
          repeat=repeat,
          fold=fold,
          seed=_trial_seed(protocol.seed, repeat, fold),
          train=np.flatnonzero(assigned != fold),
          test=np.flatnonzero(assigned == fold),
        )
      )
  return made[: protocol.first_trials or None]


def by_subject(
  clip_set: ClipSet, folds: int, repeat: int, seed: int
) -> Int[np.ndarray, 'n']:
  """The fold of each clip, so that no subject is on both sides.

  The field's usual form: subjects sorted by name, fold = index mod `folds`. Repeats
  after the first shuffle the subjects.
  """
  subjects = sorted(set(clip_set.subjects))
  if len(subjects) < folds:
    raise InputError(
      f'protocol.folds: {folds} folds, but {clip_set.name} has {len(subjects)} '
      f'subject{"s" * (len(subjects) != 1)}: set --config.protocol.folds to at most '
      f"that, or --config.protocol.unit=sequence to split a subject's clips"
    )
  if repeat:
    np.random.default_rng([seed, repeat]).shuffle(subjects)
  place = {subject: index % folds for index, subject in enumerate(subjects)}
  return np.array([place[subject] for subject in clip_set.subjects])


def by_sequence(
  clip_set: ClipSet, folds: int, repeat: int, seed: int
) -> Int[np.ndarray, 'n']:
  """The fold of each clip, stratified by label; a subject may be on both sides."""
  counts = np.bincount(clip_set.labels, minlength=len(clip_set.classes))
  rarest = int(counts[counts > 0].min())
  if rarest < folds:
    raise InputError(
      f'protocol.folds: {folds} folds, but the rarest class of {clip_set.name} has '
      f'{rarest} clips: set --config.protocol.folds to at most that'
    )
  splitter = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
  assigned = np.empty(len(clip_set.labels), int)
  for fold, (_, test) in enumerate(splitter.split(clip_set.labels, clip_set.labels)):
    assigned[test] = fold
  return assigned


def table(clip_set: ClipSet, made: Sequence[Trial]) -> str:
  """The text of `folds.csv`: which fold tests each clip, in every repeat."""
  out = io.StringIO()
  writer = csv.writer(out, lineterminator='\n')
  writer.writerow(['repeat', 'fold', 'clip', 'subject', 'label'])
  for trial in made:
    for i in trial.test:
      label = clip_set.classes[clip_set.labels[i]]
      row = [trial.repeat, trial.fold, clip_set.clips[i], clip_set.subjects[i], label]
      writer.writerow(row)
  return out.getvalue()


def _trial_seed(seed: int, repeat: int, fold: int) -> int:
  return int(np.random.SeedSequence([seed, repeat, fold]).generate_state(1)[0])
