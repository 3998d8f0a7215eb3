"""Metrics of predictions; scikit-learn counts the confusions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from stc_jax import late


def classification(
  labels: Int[np.ndarray, 'n'], predicted: Int[np.ndarray, 'n'], classes: Sequence[str]
) -> dict:
  """Scores the predictions of one clip or more.

  Returns:
    uar: unweighted average recall, the mean accuracy of the classes that have clips;
    accuracy weights each class by its clips, and is also called WAR.
    macro_f1: the mean F1 of the classes that have clips or were predicted; one that was
    never predicted has F1 0.
    absent: the other classes, which have no scores.
    confusion: counts [truth][prediction].
    class_accuracy: the recall of each class; None without a clip.
  """
  every = np.arange(len(classes))
  scores = late.load('sklearn.metrics')
  confusion = scores.confusion_matrix(labels, predicted, labels=every)
  present = np.union1d(labels, predicted)
  f1 = scores.f1_score(
    labels, predicted, labels=present, average='macro', zero_division=0
  )
  recalls = {
    name: float(row[i] / row.sum()) if row.sum() else None
    for i, (name, row) in enumerate(zip(classes, confusion, strict=True))
  }
  return {
    'uar': mean_recall(recalls),
    'macro_f1': float(f1),
    'absent': [name for i, name in enumerate(classes) if i not in present],
    'confusion': confusion.tolist(),
    'class_accuracy': recalls,
  }


def mean_recall(class_accuracy: Mapping[str, float | None]) -> float:
  """UAR: the mean over the classes that have clips; at least one must."""
  return float(np.mean([x for x in class_accuracy.values() if x is not None]))


class Calibration(NamedTuple):
  """The calibration of a classifier: its accuracy at each level of confidence.

  Attributes:
    edges: of the bins, ascending from 0 to 1.
    counts, confidences, accuracies: of each bin; the last two are nan in empty bins.
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
  """Compares accuracy and confidence in equal bins (Guo et al. 2017).

  Args:
    confidences: the probability of each predicted class, in [0, 1].
    rights: whether the prediction was correct.
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
