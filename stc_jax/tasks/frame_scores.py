"""From the scores of trials' test frames to the summary of a run of detection.

F1 is pooled over the frames of a repeat. AUC and average precision are computed for
each trial and averaged, because the scores of different models have different scales.
`tuned` F1 is at thresholds chosen on training frames, the other F1 is at 0.5. The best
constant answer is "always"; its F1 depends only on how common an action unit is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Int8

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import detection
from stc_jax.evaluation.detection import Counts

CUT = 0.5
_F1 = ('f1', 'tuned_f1')  # at 0.5, and at chosen thresholds


class FrameScores(NamedTuple):
  """The scores of a trial's test frames, by a model or a baseline.

  Attributes:
    scores: of each action unit.
    thresholds: the least score of an action unit that counts as shown; chosen on
      training frames.
  """

  scores: Float[np.ndarray, 'm a']
  thresholds: Float[np.ndarray, 'a']

  def decisions(self, tuned: bool) -> Bool[np.ndarray, 'm a']:
    """Which action units are shown: at the thresholds, or at 0.5."""
    return self.scores >= (self.thresholds if tuned else CUT)


class _Truth(NamedTuple):
  """The truth of all frames of a set.

  Attributes:
    targets: their action units.
    subjects: numbers in place of names.
    count: of the subjects.
  """

  targets: Int8[np.ndarray, 'n a']
  subjects: Int[np.ndarray, 'n']
  count: int


def summarise(
  clip_set: ClipSet,
  trials: Sequence[Trial],
  folds: int,
  ours: Sequence[FrameScores],
  theirs: Sequence[FrameScores] | None,
) -> dict:
  """All scores of model and floor, by action unit, their means and differences.

  Args:
    clip_set: of labelled frames.
    trials: the finished ones.
    folds: the number of trials in a complete repeat.
    ours: the model's scores in each trial.
    theirs: the floor's; None: unknown, and so are its scores.

  Returns:
    f1_mean, f1_std: over complete repeats, or of the finished part of the first; aus:
    all scores of each action unit, those of the floor with the prefix `floor_`; means:
    their means; over_floor, over_constant: differences of mean F1 from the floor's and
    from predicting all action units always, with intervals. None if nothing was tested.
  """
  if not any(len(trial.test) for trial in trials):
    untested = dict.fromkeys(('aus', 'means', 'over_floor', 'over_constant'))
    return {'complete_repeats': 0, **untested}
  truth = _Truth(clip_set.targets, *detection.groups_of(np.array(clip_set.subjects)))
  whole = _whole_repeats(trials, folds)
  repeats = whole or [list(range(len(trials)))]
  tested = np.concatenate([trials[i].test for i in repeats[0]])
  columns, counts = _constants(truth.targets[tested]), {}
  for prefix, scores in (('', ours), ('floor_', theirs)):
    if scores is None:
      unknown = [None] * len(clip_set.names)
      columns |= dict.fromkeys([f'floor_{field}' for field in columns], unknown)
      continue
    own, values = _scored(truth, trials, repeats, scores)
    counts |= {prefix + field: value for field, value in own.items()}
    columns |= {prefix + field: value for field, value in values.items()}
  subjects, always = np.unique(truth.subjects[tested]), _always(truth, trials, repeats)
  return {
    'complete_repeats': len(whole),
    **spread('f1', _f1(counts['f1']).mean(axis=1).tolist()),
    'means': {field: _mean(values) for field, values in columns.items()},
    'over_floor': None
    if theirs is None
    else {f: _over(counts[f], counts[f'floor_{f}'], subjects) for f in _F1},
    'over_constant': {f: _over(counts[f], always, subjects) for f in _F1},
    'aus': {
      name: {field: values[i] for field, values in columns.items()}
      for i, name in enumerate(clip_set.names)
    },
  }


def _scored(
  truth: _Truth,
  trials: Sequence[Trial],
  repeats: list[list[int]],
  scores: Sequence[FrameScores],
) -> tuple[dict[str, list], dict[str, list[float | None]]]:
  """The counts in each repeat, and the scores of each action unit, by field."""
  counts, columns = {}, {}
  for field, tuned in zip(_F1, (False, True), strict=True):
    counts[field] = [
      _counts(truth, [(trials[i], scores[i].decisions(tuned)) for i in repeat])
      for repeat in repeats
    ]
    columns[field] = _f1(counts[field]).mean(axis=0).tolist()
  return counts, columns | _rankings(truth, trials, scores)


def _always(
  truth: _Truth, trials: Sequence[Trial], repeats: list[list[int]]
) -> list[Counts]:
  """The counts in each repeat if every action unit is always predicted."""
  shown = [np.ones(truth.targets[trial.test].shape, bool) for trial in trials]
  return [_counts(truth, [(trials[i], shown[i]) for i in repeat]) for repeat in repeats]


def _constants(targets: Int8[np.ndarray, 'm a']) -> dict[str, list[float | None]]:
  """The prevalence of each action unit, and F1 of always predicting it."""
  shares = detection.prevalence(targets)
  always = [2 * share / (1 + share) if share else 0.0 for share in shares]
  return {'prevalence': shares, 'constant_f1': always}


def _whole_repeats(trials: Sequence[Trial], folds: int) -> list[list[int]]:
  """The trials of each repeat that is complete."""
  repeats = sorted({trial.repeat for trial in trials})
  grouped = [[i for i, t in enumerate(trials) if t.repeat == r] for r in repeats]
  return [repeat for repeat in grouped if len(repeat) == folds]


def _counts(
  truth: _Truth, tested: Sequence[tuple[Trial, Bool[np.ndarray, 'm a']]]
) -> Counts:
  """The counts of each subject, over the decisions on the trials' test frames."""
  parts = [
    detection.count(
      truth.targets[trial.test], decided, truth.subjects[trial.test], truth.count
    )
    for trial, decided in tested
  ]
  return Counts(*(sum(cells) for cells in zip(*parts, strict=True)))


def _f1(of_repeats: Sequence[Counts]) -> Float[np.ndarray, 'r a']:
  """F1 of all subjects' frames together."""
  pooled = [Counts(*(cell.sum(axis=0) for cell in counts)) for counts in of_repeats]
  return np.stack([detection.f1(counts) for counts in pooled])


def _over(
  ours: Sequence[Counts], theirs: Sequence[Counts], subjects: Int[np.ndarray, 's']
) -> dict | None:
  """Differences of mean F1; None if fewer than two subjects were tested."""
  if len(subjects) < 2:
    return None
  ours, theirs = (
    [Counts(*(cell[subjects] for cell in counts)) for counts in side]
    for side in (ours, theirs)
  )
  return detection.difference(ours, theirs)


def _rankings(
  truth: _Truth, trials: Sequence[Trial], scores: Sequence[FrameScores]
) -> dict[str, list[float | None]]:
  """Means over the trials in which an action unit has a value."""
  of_trials = [
    detection.ranking(truth.targets[trial.test], one.scores)
    for trial, one in zip(trials, scores, strict=True)
  ]
  return {
    field: [
      _mean(column) for column in zip(*(t[field] for t in of_trials), strict=True)
    ]
    for field in ('auc', 'average_precision')
  }


def _mean(values: Sequence[float | None]) -> float | None:
  known = [value for value in values if value is not None]
  return float(np.mean(known)) if known else None


def spread(name: str, values: Sequence[float | None]) -> dict[str, float | None]:
  """Mean and deviation of the values that aren't None."""
  known = [value for value in values if value is not None]
  deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
  return {f'{name}_mean': _mean(known), f'{name}_std': deviation}
