"""Tells a picture that is shown for a while from a face that keeps still."""

import numpy as np
from jaxtyping import UInt8

_BLOCK = 4  # pixels; a camera's noise is of single ones
# How many times what noise explains means of blocks may differ. Of 64 x 64 pixels that
# is 1.2: of rendered people at rest it is 1.5 or more, of still pictures with noise of
# 1 to 6 levels 1.08 at most. Of fewer blocks chance makes more.
_LIKE_NOISE, _BY_CHANCE = 1.1, 4.0
_LOUDEST = 15.0  # deviation of two frames' difference, in levels, that noise makes


def is_still(video: UInt8[np.ndarray, 't h w 3']) -> bool:
  """Whether all frames show one picture: they differ by noise alone, or not at all."""
  height, width = (side // _BLOCK * _BLOCK for side in video.shape[1:3])
  differences = video[1:].astype(np.float32) - video[0]
  if not (differences.any() and height * width):
    return not differences.any()
  pixels = differences[:, :height, :width].reshape(
    len(differences), height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK, 3
  )
  blocks = pixels.mean((2, 4))
  most = _LIKE_NOISE * (1 + _BY_CHANCE / np.sqrt(2 * blocks[0].size))
  noise = np.sqrt(np.square(pixels).mean((1, 2, 3, 4, 5)))
  found = np.sqrt(np.square(blocks).mean((1, 2, 3)))
  return bool(((found <= most * noise / _BLOCK) & (noise <= _LOUDEST)).all())
