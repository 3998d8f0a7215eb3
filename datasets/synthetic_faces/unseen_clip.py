r"""Renders a video of a subject that is in no set, to try a model on.

Command:

  python -m stc_jax.datasets.synthetic_faces.unseen_clip --out=happiness.mp4
"""

import pathlib

import cv2
import numpy as np
from absl import app, flags

from stc_jax.datasets.synthetic_faces import action_units, clips

FLAGS = flags.FLAGS
flags.DEFINE_string('out', None, 'The MP4 file to write.', required=True)
flags.DEFINE_enum('emotion', 'happiness', action_units.EMOTIONS, 'What it shows.')

# No set's seed.
_SEED, _SUBJECT = 3, 1
_FPS, _FRAMES, _SIZE = 12.0, 36, 256


def render(emotion: str) -> np.ndarray:
  """uint8[36, 256, 256, 3], sRGB: from rest to the expression, in 3 s."""
  clip = clips.make_clip(
    _SEED,
    _SUBJECT,
    emotion,
    1,
    lengths=(_FRAMES, _FRAMES),
    fps=_FPS,
    size=_SIZE,
  )
  return clip.frames


def main(argv: list[str]) -> None:
  """Writes the video."""
  del argv
  out = pathlib.Path(FLAGS.out)
  out.parent.mkdir(parents=True, exist_ok=True)
  fourcc = cv2.VideoWriter_fourcc(*'mp4v')
  writer = cv2.VideoWriter(str(out), fourcc, _FPS, (_SIZE, _SIZE))
  for frame in render(FLAGS.emotion):
    writer.write(frame[..., ::-1])
  writer.release()


if __name__ == '__main__':
  app.run(main)
