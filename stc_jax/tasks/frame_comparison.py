"""Differences in F1 of two runs that detect action units in the same frames."""

import csv
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int8, Shaped

from stc_jax.errors import InputError
from stc_jax.evaluation import detection
from stc_jax.evaluation.detection import Counts
from stc_jax.tasks.comparison import refusal
from stc_jax.tasks.frame_scores import FrameScores
from stc_jax.tasks.table import Table
from stc_jax.tasks.trials import RunResults

_NOTES = """\
Differences in mean F1, pooled over the tested frames of each complete repeat. The
interval is a percentile bootstrap: 2000 draws of subjects with all their frames (Efron
and Tibshirani 1993). It is not corrected for the number of pairs."""


class _TestedFrames(NamedTuple):
  """The tested frames of a trial, with the scores of a run.

  Attributes:
    targets: their action units.
    subjects: the subject of each frame.
    scores: the run's scores and thresholds.
  """

  targets: Int8[np.ndarray, 'm a']
  subjects: Shaped[np.ndarray, 'm']
  scores: FrameScores


def au_pairs_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Each pair of runs: F1 at 0.5, and at thresholds chosen on training frames."""
  rows = [
    [f'{one.name} over {other.name}', *_compared(one, other)]
    for one, other in itertools.combinations(runs, 2)
  ]
  columns = ['pair']
  for score in ('F1', 'tuned F1'):
    columns += [score, f'{score}, 95 % interval']
  title = f'{runs[0].title}: differences in pairs'
  return Table(
    'pairs', title, [*columns, 'what was compared'], rows, f'{_NOTES} {caption}'
  )


def _compared(ours: RunResults, theirs: RunResults) -> list[str]:
  if refused := refusal(ours, theirs):
    return ['', '', '', '', f'nothing: {refused}']
  try:
    sides = [_whole_repeats(run) for run in (ours, theirs)]
  except InputError as error:
    return ['', '', '', '', f'nothing: {error}']
  names = np.unique([name for t in itertools.chain(*sides[0]) for name in t.subjects])
  if len(names) < 2:
    return ['', '', '', '', 'nothing: one subject']
  cells = []
  for tuned in (False, True):
    one, other = ([_counts(r, names, tuned) for r in repeats] for repeats in sides)
    found = detection.difference(one, other)
    interval = ' to '.join(f'{end:+.3f}' for end in found['ci95'] or ())
    cells += [f'{found["difference"]:+.3f}', interval]
  repeats = len(sides[0])
  return [*cells, f'{len(names)} subjects' + f', {repeats} times' * (repeats > 1)]


def _whole_repeats(run: RunResults) -> list[list[_TestedFrames]]:
  """The trials of each complete repeat."""
  count = Counter(trial['repeat'] for trial in run.trials)
  whole = [repeat for repeat, n in count.items() if n == max(count.values())]
  subjects = {
    (row['repeat'], row['fold'], row['clip']): row['subject']
    for row in csv.DictReader(run.folds.splitlines())
  }
  return [
    [_tested(run, trial, subjects) for trial in run.trials if trial['repeat'] == repeat]
    for repeat in whole
  ]


def _tested(run: RunResults, trial: dict, subjects: dict) -> _TestedFrames:
  """Reads the tested frames of a trial.

  Raises:
    InputError: its file of predictions is missing or damaged, or has another clip.
  """
  fields = ('clips', 'clip', 'target', 'probabilities')
  clips, numbers, targets, scores = run.arrays('predictions', trial, fields)
  place = f'{trial["repeat"]}', f'{trial["fold"]}'
  try:
    names = np.array([subjects[(*place, clip)] for clip in clips[numbers].tolist()])
  except KeyError as error:
    raise InputError(
      f'{run.name}: trial {"-".join(place)} predicts a clip that folds.csv lacks'
    ) from error
  return _TestedFrames(
    targets, names, FrameScores(scores, np.array(trial['thresholds']))
  )


def _counts(
  repeat: Sequence[_TestedFrames], names: Shaped[np.ndarray, 's'], tuned: bool
) -> Counts:
  """The counts of each subject over the trials of a repeat."""
  parts = []
  for targets, subjects, scores in repeat:
    numbers = np.searchsorted(names, subjects)
    parts.append(detection.count(targets, scores.decisions(tuned), numbers, len(names)))
  return Counts(*(sum(cells) for cells in zip(*parts, strict=True)))
