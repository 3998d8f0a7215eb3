"""Protocols: the training and test clips of each trial."""

import csv
import dataclasses
import io
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from jaxtyping import Bool, Int

from stc_jax.data import folds
from stc_jax.data.clip_set import ClipSet
from stc_jax.errors import InputError, require, require_choice

UNITS = {'subject': folds.by_subject, 'sequence': folds.by_sequence}


@dataclasses.dataclass(frozen=True)
class ProtocolConfig:
  """Section `protocol` of a launch file; launch/default.py explains its fields.

  Raises:
    InputError: a field out of its range; the line starts with the field's name.
  """

  kind: str
  folds: int
  repeats: int
  unit: str
  seed: int

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('kind', self.kind, KINDS)
    require(self.folds >= 2, 'folds', self.folds, 'be at least 2')
    require(self.repeats >= 1, 'repeats', self.repeats, 'be at least 1')
    require_choice('unit', self.unit, UNITS)
    require(self.seed >= 0, 'seed', self.seed, 'not be negative')

  @property
  def resampled(self) -> bool:
    """Whether all trials differ in their test clips, not in their seeds alone."""
    once = self.kind in ('given', 'databases') and self.repeats == 1
    return self.kind == 'folds' or once


@dataclasses.dataclass(frozen=True)
class Trial:
  """One training and its test, as plain data.

  Attributes:
    repeat, fold: its position in the protocol.
    seed: the seed of all its randomness; it depends on the protocol's seed and the
      position alone.
    train, test: sorted clip indices.
  """

  repeat: int
  fold: int
  seed: int
  train: Int[np.ndarray, 'n']
  test: Int[np.ndarray, 'm']

  @property
  def name(self) -> str:
    """Its name in file names: <repeat>-<fold>."""
    return f'{self.repeat}-{self.fold}'


def trials(clip_set: ClipSet, protocol: ProtocolConfig) -> list[Trial]:
  """All trials of a protocol, repeat by repeat (Yu et al. 2018, sec. 4.1).

  Raises:
    InputError: the protocol doesn't fit the set.
  """
  made = []
  for repeat in range(protocol.repeats):
    for fold, tests in enumerate(KINDS[protocol.kind](clip_set, protocol, repeat)):
      seeds = np.random.SeedSequence([protocol.seed, repeat, fold])
      made.append(
        Trial(
          repeat=repeat,
          fold=fold,
          seed=int(seeds.generate_state(1)[0]),
          train=np.flatnonzero(~tests.left_out),
          test=np.flatnonzero(tests.tested),
        )
      )
  return made


@dataclasses.dataclass(frozen=True)
class _ClipMasks:
  """For every clip, whether a trial tests it, and whether training leaves it out."""

  tested: Bool[np.ndarray, 'n']
  left_out: Bool[np.ndarray, 'n']


def _folds(
  clip_set: ClipSet, protocol: ProtocolConfig, repeat: int
) -> list[_ClipMasks]:
  """Cross-validation: every repeat tests each clip once."""
  assign = UNITS[protocol.unit]
  return _one_by_one(assign(clip_set, protocol.folds, repeat, protocol.seed))


def _given(
  clip_set: ClipSet, protocol: ProtocolConfig, repeat: int
) -> list[_ClipMasks]:
  """Tests each of the set's own lists of subjects; repeats differ in the seed."""
  del protocol, repeat
  lists, present = clip_set.subject_folds, set(clip_set.subjects)
  if problem := _problem_of_lists(lists, present):
    raise InputError(
      f"protocol.kind: 'given' takes the set's own lists of subjects, but of "
      f'{clip_set.name} {problem}; set --config.protocol.kind=folds'
    )
  place = {subject: fold for fold, subjects in enumerate(lists) for subject in subjects}
  return _one_by_one(np.array([place[subject] for subject in clip_set.subjects]))


def _problem_of_lists(lists: Sequence[Sequence[str]], present: set[str]) -> str:
  """Why the lists of subjects can't be folds of the subjects present; '': they can."""
  if len(lists) < 2:
    return 'there are none'
  listed = [subject for subjects in lists for subject in subjects]
  if missing := sorted(present - set(listed)):
    return f'no list has subject {missing[0]}'
  if twice := [subject for subject in listed if listed.count(subject) > 1]:
    return f'two lists have subject {twice[0]}'
  if empty := [number for number, one in enumerate(lists) if not present & set(one)]:
    return f'no clip is of list {empty[0]}'
  return ''


def _fixed(
  clip_set: ClipSet, protocol: ProtocolConfig, repeat: int
) -> list[_ClipMasks]:
  """The set's own partition: trains on `train`, tests on `test` or `validation`."""
  del protocol, repeat
  splits = np.array(clip_set.splits)
  tested = next((s for s in ('test', 'validation') if s in clip_set.splits), None)
  if tested is None or 'train' not in clip_set.splits or clip_set.databases:
    raise InputError(
      f"protocol.kind: 'fixed' needs splits train and test or validation of one set, "
      f'but {clip_set.name} has {", ".join(sorted(set(clip_set.splits)))}; set '
      '--config.protocol.kind=folds'
    )
  return [_ClipMasks(splits == tested, splits != 'train')]


def _databases(
  clip_set: ClipSet, protocol: ProtocolConfig, repeat: int
) -> list[_ClipMasks]:
  """Tests each joined set, and trains on the others; repeats differ in the seed."""
  del protocol, repeat
  names, assigned = np.unique(clip_set.databases, return_inverse=True)
  if len(names) < 2:
    raise InputError(
      f"protocol.kind: 'databases' tests each of several joined sets, but "
      f'{clip_set.name} is one; name others in --config.dataset.names, or set '
      '--config.protocol.kind=folds'
    )
  return _one_by_one(assigned)


def _all(clip_set: ClipSet, protocol: ProtocolConfig, repeat: int) -> list[_ClipMasks]:
  """Trains one model on all clips, for use on new videos, without a test."""
  del protocol
  none = np.zeros(len(clip_set), bool)
  return [] if repeat else [_ClipMasks(none, none)]


KINDS = {
  'folds': _folds,
  'given': _given,
  'fixed': _fixed,
  'databases': _databases,
  'all': _all,
}


def _one_by_one(assigned: Int[np.ndarray, 'n']) -> list[_ClipMasks]:
  return [
    _ClipMasks(assigned == fold, assigned == fold) for fold in range(max(assigned) + 1)
  ]


def table(clip_set: ClipSet, made: Sequence[Trial], label: Callable[[int], str]) -> str:
  """The text of `folds.csv`: the trial that tests each clip, in every repeat.

  Args:
    clip_set: the set; where its examples are frames, the last column is their number.
    made: the trials.
    label: returns the label of an example, where examples are clips.
  """
  out = io.StringIO()
  writer = csv.writer(out, lineterminator='\n')
  last = 'label' if clip_set.labelled is None else 'frames'
  writer.writerow(['repeat', 'fold', 'clip', 'subject', last])
  for trial in made:
    for i, target in _tested_clips(clip_set, trial, label):
      row = [trial.repeat, trial.fold, clip_set.clips[i], clip_set.subjects[i], target]
      writer.writerow(row)
  return out.getvalue()


def _tested_clips(
  clip_set: ClipSet, trial: Trial, label: Callable[[int], str]
) -> Iterator[tuple[int, str | int]]:
  """Yields an example of each test clip, with its label or its number of frames."""
  if clip_set.labelled is None:
    yield from ((i, label(i)) for i in trial.test)
    return
  for _, group in itertools.groupby(trial.test, lambda i: clip_set.clips[i]):
    own = list(group)
    yield own[0], len(own)
