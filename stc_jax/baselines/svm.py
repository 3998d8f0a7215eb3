"""Linear SVMs on HOG features of one or two frames of a clip.

A trial's floors are fitted on its training clips alone. Their settings, too, are chosen
there, by inner folds over subjects, so the baselines are as strong as is fair.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import joblib
import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from threadpoolctl import threadpool_limits

from stc_jax import late, machine
from stc_jax.baselines.constant import chance_accuracy
from stc_jax.data.protocols import Trial

# The SVM's C, ascending: for 1764 standardised features, from nearly the classes' means
# to nearly a hard margin. The other is for training sets too small to choose one.
_COSTS = (1e-5, 1e-4, 1e-3, 1e-2)
_DEFAULT_COST = 1e-3
_INNER_FOLDS = 3
# Trials times clips from which processes save more time than they take to start.
_WORTH_PROCESSES = 2400
KEYS = (
  'chance_accuracy',
  'floor_accuracy',
  'temporal_floor_accuracy',
  'floor_right',
  'temporal_floor_right',
  'floor_c',
  'temporal_floor_c',
  'temporal_floor_features',
)


class Appearance(NamedTuple):
  """HOG features of n clips.

  Attributes:
    strongest: of the frame with the strongest expression.
    change: `strongest` minus those of the first frame.
  """

  strongest: Float[np.ndarray, 'n 1764']
  change: Float[np.ndarray, 'n 1764']


class _Split(NamedTuple):
  train: Int[np.ndarray, 'a']
  test: Int[np.ndarray, 'b']


def all_floors(
  appearance: Appearance,
  labels: Int[np.ndarray, 'n'],
  groups: Shaped[np.ndarray, 'n'],
  trials: Sequence[Trial],
) -> Iterator[dict]:
  """Yields `trial_floors` of each trial, in their order, computed on all cores.

  In processes, because liblinear has one stream of random numbers per process.
  """
  is_worth = len(trials) * len(labels) >= _WORTH_PROCESSES
  cores = min(machine.cores(), len(trials)) if is_worth else 1
  task = joblib.delayed(trial_floors)
  yield from joblib.Parallel(n_jobs=cores, return_as='generator')(
    task(appearance, labels, groups, trial) for trial in trials
  )


def trial_floors(
  appearance: Appearance,
  labels: Int[np.ndarray, 'n'],
  groups: Shaped[np.ndarray, 'n'],
  trial: Trial,
) -> dict:
  """Accuracies of simple baselines on a trial's test clips.

  The floor is a linear SVM on the strongest frame. The temporal floor is one on the
  change since the first frame, alone or with the strongest frame. Deterministic.

  Args:
    appearance: of all clips.
    labels: their classes.
    groups: their subjects; inner folds keep each subject whole.
    trial: which clips train and which test.

  Returns:
    chance_accuracy, floor_accuracy, temporal_floor_accuracy; floor_right and
    temporal_floor_right, whether each test clip is classified correctly; and the chosen
    settings: floor_c, temporal_floor_c, temporal_floor_features. All None without test
    clips.
  """
  if not len(trial.test):
    return dict.fromkeys(KEYS)
  inner = _inner_folds(labels, groups, trial.train)
  # These matrices are too small for BLAS's threads, which spin where cores are busy.
  # Labels that are hard to separate may need more steps than the solver makes; the
  # result is still a baseline.
  with threadpool_limits(limits=1, user_api='blas'), warnings.catch_warnings():
    warnings.simplefilter('ignore', late.load('sklearn.exceptions').ConvergenceWarning)
    floors = _svm_floors(appearance, labels, inner, trial)
  return {'chance_accuracy': chance_accuracy(labels, trial), **floors}


def _svm_floors(
  appearance: Appearance,
  labels: Int[np.ndarray, 'n'],
  inner: Sequence[_Split],
  trial: Trial,
) -> dict:
  """Chooses settings on the inner folds, and fits both floors with them."""
  both = np.hstack([appearance.change, appearance.strongest])
  moving = {'change': appearance.change, 'change and strongest': both}
  _, floor_c = _choose({'strongest': appearance.strongest}, labels, inner)
  (floor,) = _right(appearance.strongest, labels, trial, [floor_c])
  name, temporal_c, temporal = 'change and strongest', floor_c, floor
  if appearance.change.any():  # stills have none: both floors are the same
    name, temporal_c = _choose(moving, labels, inner)
    (temporal,) = _right(moving[name], labels, trial, [temporal_c])
  return {
    'floor_accuracy': float(floor.mean()),
    'temporal_floor_accuracy': float(temporal.mean()),
    'floor_right': floor.tolist(),
    'temporal_floor_right': temporal.tolist(),
    'floor_c': floor_c,
    'temporal_floor_c': temporal_c,
    'temporal_floor_features': name,
  }


def _inner_folds(
  labels: Int[np.ndarray, 'n'],
  groups: Shaped[np.ndarray, 'n'],
  train: Int[np.ndarray, 'a'],
) -> list[_Split]:
  """Splits `train` between groups; empty where a part would have one class."""
  folds = min(_INNER_FOLDS, len(np.unique(groups[train])))
  if folds < 2:
    return []
  cuts = (
    late.load('sklearn.model_selection')
    .GroupKFold(folds)
    .split(train, groups=groups[train])
  )
  splits = [_Split(train[rest], train[fold]) for rest, fold in cuts]
  classes = [len(np.unique(labels[split.train])) for split in splits]
  return splits if min(classes) > 1 else []


def _choose(
  features: Mapping[str, Float[np.ndarray, 'n _']],
  labels: Int[np.ndarray, 'n'],
  inner: Sequence[_Split],
) -> tuple[str, float]:
  """The best features and C; of equals the smaller C, then the first features."""
  names = list(features)
  if not inner:
    return names[0], _DEFAULT_COST
  correct = np.array(
    [
      [
        [right.sum() for right in _right(features[name], labels, split, _COSTS)]
        for split in inner
      ]
      for name in names
    ]
  )
  best = int(correct.sum(axis=1).T.argmax())  # the first of equals; C is the slow axis
  return names[best % len(names)], _COSTS[best // len(names)]


def _right(
  features: Float[np.ndarray, 'n _'],
  labels: Int[np.ndarray, 'n'],
  split: _Split | Trial,
  costs: Sequence[float],
) -> list[Bool[np.ndarray, 'm']]:
  """Which test clips a linear SVM classifies correctly, for each C."""
  train, test = _in_span(features[split.train], features[split.test])
  found = []
  for cost in costs:
    svm = late.load('sklearn.svm').LinearSVC(C=cost, dual=True, random_state=0)
    svm.fit(train, labels[split.train])
    found.append(svm.predict(test) == labels[split.test])
  return found


def _in_span(
  train: Float[np.ndarray, 'a d'], test: Float[np.ndarray, 'b d']
) -> tuple[Float[np.ndarray, 'a k'], Float[np.ndarray, 'b k']]:
  """Standardises by `train`, and returns coordinates in the span of its rows.

  An SVM's weights lie in that span, and their L2 norm is the same in any orthonormal
  basis. So predictions are the same with at most `a` coordinates, not thousands.
  """
  scaler = (
    late.load('sklearn.preprocessing').StandardScaler().fit(train.astype(np.float64))
  )
  train, test = scaler.transform(train), scaler.transform(test)
  if len(train) >= train.shape[1] or not train.any():
    return train, test
  # Eigenvectors of the small Gram matrix: many times faster than an SVD of `train`.
  squares, vectors = np.linalg.eigh(train @ train.T)
  kept = squares > 1e-10 * squares[-1]
  to_span = train.T @ (vectors[:, kept] / np.sqrt(squares[kept]))
  return train @ to_span, test @ to_span
