"""From predictions to numbers; scikit-learn counts."""

from collections.abc import Sequence

import numpy as np
import sklearn.metrics
from jaxtyping import Int


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
