"""What a sequence model must clear: chance, and a linear look at one still frame."""

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from stc_jax.data.folds import Trial
from stc_jax.faces.clips import resized

_SIZE = 64
# Dalal & Triggs 2005: 9 orientations, cells of 8 pixels, blocks of 2 x 2 cells.
_HOG = cv2.HOGDescriptor((_SIZE, _SIZE), (16, 16), (8, 8), (8, 8), 9)


def chance_accuracy(labels: Int[np.ndarray, 'n'], trial: Trial) -> float:
  """Accuracy of always saying the most frequent training class."""
  guess = np.bincount(labels[trial.train]).argmax()
  return float((labels[trial.test] == guess).mean())


def hog(frames: list[UInt8[np.ndarray, 'h w 3']]) -> Float[np.ndarray, 'n 1764']:
  """Histograms of oriented gradients of gray frames, 64 x 64 pixels each."""
  squares = [resized(frame, _SIZE, _SIZE) for frame in frames]
  grays = [cv2.cvtColor(square, cv2.COLOR_RGB2GRAY) for square in squares]
  return np.stack([_HOG.compute(gray).ravel() for gray in grays])


def floor_accuracy(
  features: Float[np.ndarray, 'n d'], labels: Int[np.ndarray, 'n'], trial: Trial
) -> float:
  """Accuracy of a linear SVM on the features, under the trial's own split."""
  svm = make_pipeline(StandardScaler(), LinearSVC(C=0.001, random_state=0))
  svm.fit(features[trial.train], labels[trial.train])
  return float(svm.score(features[trial.test], labels[trial.test]))
