r"""Draws clips of the six emotions side by side, frame after frame.

Command:

  python -m stc_jax.datasets.synthetic_faces.contact_sheet \
    --out=docs/synthetic_faces.png
"""

import pathlib

import cv2
import numpy as np
from absl import app, flags

from stc_jax.datasets.synthetic_faces import (
  action_units,
  clips,
  difficulty,
  laboratories,
)
from stc_jax.datasets.synthetic_faces.laboratories import Laboratory

FLAGS = flags.FLAGS
flags.DEFINE_string('out', None, 'The PNG to write.', required=True)
flags.DEFINE_integer('size', 80, 'Height and width of a face in pixels.')
flags.DEFINE_integer('abreast', 3, 'Subjects shown for each emotion.')
flags.DEFINE_integer('columns', 4, 'Frames shown of each clip.')
flags.DEFINE_integer('first', 19, 'Number of the first subject.')
flags.DEFINE_integer('seed', 0, 'Seed of the set.')
flags.DEFINE_enum(
  'difficulty', 'standard', difficulty.NAMED, 'How hard the emotion is to tell.'
)
flags.DEFINE_enum(
  'laboratory', None, laboratories.NAMED, 'Where clips are filmed. Default: nowhere.'
)

GAP, MARGIN = 4, 84


def draw_sheet(
  first: int,
  abreast: int,
  columns: int,
  size: int,
  seed: int,
  level: difficulty.Difficulty,
  laboratory: Laboratory | None = None,
) -> np.ndarray:
  """Draws a row for each emotion and, in it, a strip of frames for each subject.

  Args:
    first: Number of the first subject; every strip shows the next one.
    abreast: Subjects in a row.
    columns: Frames of each clip, spread evenly from the first to the last.
    size: Height and width of a frame in pixels.
    seed: Seed of the set.
    level: How hard the emotion is to recognise.
    laboratory: Where the clips are filmed; None: in no laboratory.

  Returns:
    uint8[height, width, 3], sRGB.
  """
  rows = []
  for row, emotion in enumerate(action_units.EMOTIONS):
    strips = [np.full((size, MARGIN, 3), 255, np.uint8)]
    _write(strips[0], emotion, size // 2)
    for subject in range(first + row * abreast, first + (row + 1) * abreast):
      clip = clips.make_clip(
        seed,
        subject,
        emotion,
        1,
        size=size,
        difficulty=level,
        laboratory=laboratory,
      )
      chosen = np.linspace(0, len(clip.frames) - 1, columns).round().astype(int)
      strips += [*clip.frames[chosen], np.full((size, GAP, 3), 255, np.uint8)]
    strip = np.hstack(strips)
    rows += [strip, np.full((GAP, strip.shape[1], 3), 255, np.uint8)]
  return np.vstack(rows)


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
    FLAGS.first,
    FLAGS.abreast,
    FLAGS.columns,
    FLAGS.size,
    FLAGS.seed,
    difficulty.NAMED[FLAGS.difficulty],
    laboratories.NAMED.get(FLAGS.laboratory),
  )
  # Sensor noise doesn't compress: 32 levels a colour halve the file.
  sheet = np.where(sheet == 255, 255, (sheet & 0xF8) | 4).astype(np.uint8)
  cv2.imwrite(str(out), sheet[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == '__main__':
  app.run(main)
