"""Histograms of oriented gradients (HOG), the features of all baselines."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.faces.images import resized

_SIZE = 64
# Dalal & Triggs 2005: 9 orientations, cells of 8 pixels, blocks of 2 x 2 cells.
_HOG = cv2.HOGDescriptor((_SIZE, _SIZE), (16, 16), (8, 8), (8, 8), 9)
HOG_FEATURES = _HOG.getDescriptorSize()


def hog(frame: UInt8[np.ndarray, 'h w 3']) -> Float[np.ndarray, '1764']:
  """HOG features of an RGB frame, converted to gray and resized to 64 x 64 pixels."""
  gray = cv2.cvtColor(resized(frame, _SIZE, _SIZE), cv2.COLOR_RGB2GRAY)
  return _HOG.compute(gray).ravel()
