"""From predictions to numbers; scikit-learn counts, SciPy knows Student's t."""

from collections.abc import Sequence

import numpy as np
import sklearn.metrics
from jaxtyping import Float, Int
from scipy import stats


def classification(
  labels: Int[np.ndarray, 'n'], predicted: Int[np.ndarray, 'n'], classes: Sequence[str]
) -> dict:
  """Confusion counts [truth][prediction], per-class accuracy, macro F1.

  A class without a clip has no accuracy (None); a class never predicted has F1 0.
  """
  every = np.arange(len(classes))
  confusion = sklearn.metrics.confusion_matrix(labels, predicted, labels=every)
  f1 = sklearn.metrics.f1_score(
    labels, predicted, labels=every, average='macro', zero_division=0
  )
  return {
    'macro_f1': float(f1),
    'confusion': confusion.tolist(),
    'class_accuracy': {
      name: float(row[i] / row.sum()) if row.sum() else None
      for i, (name, row) in enumerate(zip(classes, confusion, strict=True))
    },
  }


def mean_and_interval(accuracies: Float[np.ndarray, 'n']) -> dict:
  """Mean, sample standard deviation and 95 % confidence interval over trials.

  The interval is Student's for the mean of n trials. Trials of one protocol share
  clips, so it is narrower than one over fresh data would be. With one trial, deviation
  and interval are None.
  """
  mean, n = float(accuracies.mean()), len(accuracies)
  if n == 1:
    return {'accuracy_mean': mean, 'accuracy_std': None, 'accuracy_ci95': None}
  std = float(accuracies.std(ddof=1))
  half = float(stats.t.ppf(0.975, n - 1)) * std / n**0.5
  return {
    'accuracy_mean': mean,
    'accuracy_std': std,
    'accuracy_ci95': [mean - half, mean + half],
  }
