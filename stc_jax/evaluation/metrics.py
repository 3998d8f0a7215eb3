"""From predictions to numbers; scikit-learn counts confusions."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import sklearn.metrics
from jaxtyping import Bool, Float, Int


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


class Calibration(NamedTuple):
  """How far a classifier's confidence may be believed.

  Attributes:
    edges: of the bins, ascending from 0 to 1.
    counts, confidences, accuracies: of each bin; the last two are nan of empty ones.
    error: the expected calibration error.
    confidence, accuracy: the means over all clips.
  """

  edges: Float[np.ndarray, 'bins+1']
  counts: Int[np.ndarray, 'bins']
  confidences: Float[np.ndarray, 'bins']
  accuracies: Float[np.ndarray, 'bins']
  error: float
  confidence: float
  accuracy: float


def calibration(
  confidences: Float[np.ndarray, 'n'], rights: Bool[np.ndarray, 'n'], bins: int = 15
) -> Calibration:
  """Accuracy beside confidence in equal bins (Guo et al. 2017).

  Args:
    confidences: the probability of what was said, each in [0, 1].
    rights: whether that was right.
    bins: how many; the upper edge belongs to a bin.
  """
  edges = np.linspace(0, 1, bins + 1)
  places = np.clip(np.searchsorted(edges, confidences) - 1, 0, bins - 1)
  counts = np.bincount(places, minlength=bins)
  with np.errstate(invalid='ignore'):
    confident = np.bincount(places, confidences, bins) / counts
    accurate = np.bincount(places, rights, bins) / counts
  gaps = np.abs(accurate - confident)[counts > 0]
  return Calibration(
    edges,
    counts,
    confident,
    accurate,
    float((gaps * counts[counts > 0]).sum() / len(rights)),
    float(confidences.mean()),
    float(rights.mean()),
  )
