"""Oulu-CASIA: spectrum, light, subject, emotion; both editions of file names."""

from pathlib import Path

import cv2
import numpy as np

EMOTIONS = ('Anger', 'Disgust', 'Fear', 'Happiness', 'Sadness', 'Surprise')


def write_sequence(
  root: Path,
  subject: str,
  emotion: str,
  frames: np.ndarray,
  light: str = 'VL/Strong',
  prefix: str = '',
) -> Path:
  """Writes the images of a sequence; returns their folder."""
  folder = root / 'B_OriginalImg' / 'OriginalImg' / light / subject / emotion
  folder.mkdir(parents=True)
  for number, frame in enumerate(frames):
    cv2.imwrite(str(folder / f'{prefix}{number:03d}.jpeg'), frame[..., ::-1])
  return folder


def add_others(root: Path) -> None:
  """Recordings that a set of VL/Strong must not take."""
  dark = np.zeros((2, 12, 16, 3), np.uint8)
  for light in ('VL/Weak', 'VL/Dark', 'NI/Strong'):
    write_sequence(root, 'P001', 'Anger', dark, light)
  (root / 'B_OriginalImg' / 'OriginalImg' / 'VL' / 'Strong' / 'Thumbs.db').write_bytes(
    b'thumbs'
  )
