r"""Draws clips of the six emotions side by side, frame after frame.

Command:

  python -m stc_jax.datasets.synthetic_faces.contact_sheet \
    --out=docs/synthetic_faces.png
"""

import pathlib

import cv2
import numpy as np
from absl import app, flags
from stc_jax.datasets.synthetic_faces import action_units, clips

FLAGS = flags.FLAGS
flags.DEFINE_string('out', None, 'The PNG to write.', required=True)
flags.DEFINE_integer('size', 64, 'Height and width of a face in pixels.')
flags.DEFINE_integer('columns', 7, 'Frames shown of each clip.')
flags.DEFINE_list('subjects', ['3', '5', '10', '11'], 'Numbers of the subjects.')
flags.DEFINE_integer('seed', 0, 'Seed of the set.')
flags.DEFINE_float('difficulty', 1.0, 'Difficulty of the set.')

_GAP, _MARGIN = 2, 76


def draw_sheet(
  subjects: list[int], columns: int, size: int, seed: int, difficulty: float
) -> np.ndarray:
  """Draws a row for each emotion and, in it, a strip of frames for each subject.

  Args:
    subjects: Numbers of the subjects, laid out two abreast.
    columns: Frames of each clip, spread evenly from the first to the last.
    size: Height and width of a frame in pixels.
    seed: Seed of the set.
    difficulty: Difficulty of the set.

  Returns:
    uint8[height, width, 3], sRGB.
  """
  rows = []
  for emotion in action_units.EMOTIONS:
    for pair in zip(subjects[::2], subjects[1::2], strict=True):
      strips = [_strip(seed, s, emotion, columns, size, difficulty) for s in pair]
      label = np.full((size, _MARGIN, 3), 255, np.uint8)
      _write(label, emotion, size // 2)
      gap = np.full((size, 4 * _GAP, 3), 255, np.uint8)
      rows += [np.hstack([label, strips[0], gap, strips[1]])]
      rows += [np.full((_GAP, rows[0].shape[1], 3), 255, np.uint8)]
  return np.vstack(rows)


def _strip(
  seed: int, subject: int, emotion: str, columns: int, size: int, difficulty: float
) -> np.ndarray:
  """Frames of one clip, side by side."""
  clip = clips.make_clip(seed, subject, emotion, 1, size=size, difficulty=difficulty)
  chosen = np.linspace(0, len(clip.frames) - 1, columns).round().astype(int)
  return np.hstack(list(clip.frames[chosen]))


def _write(image: np.ndarray, text: str, height: int) -> None:
  """Writes a word in black, in place."""
  font = cv2.FONT_HERSHEY_SIMPLEX
  cv2.putText(image, text, (3, height), font, 0.45, (0, 0, 0), 1, cv2.LINE_AA)


def main(argv: list[str]) -> None:
  """Writes the sheet."""
  del argv
  out = pathlib.Path(FLAGS.out)
  out.parent.mkdir(parents=True, exist_ok=True)
  sheet = draw_sheet(
    [int(number) for number in FLAGS.subjects],
    FLAGS.columns,
    FLAGS.size,
    FLAGS.seed,
    FLAGS.difficulty,
  )
  cv2.imwrite(str(out), sheet[..., ::-1])


if __name__ == '__main__':
  app.run(main)
