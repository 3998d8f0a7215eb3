r"""Writes a rendered stand-in for CK+ as a folder of images, three frames a clip.

As many people and clips of each emotion as CK+ has without contempt (Lucey et al.
2010), in the form that `clip_folder` reads: gray frames of 48 x 48 pixels where the
change can first be seen, half-way, and at the apex.

Command:

  python -m stc_jax.datasets.synthetic_faces.three_frames --folder=FOLDER
"""

import pathlib
import sys
from collections.abc import Mapping

import cv2
import numpy as np
from absl import app, flags

from stc_jax import machine
from stc_jax.datasets.synthetic_faces import action_units, clips
from stc_jax.datasets.synthetic_faces.difficulty import LABORATORY
from stc_jax.errors import InputError

FLAGS = flags.FLAGS
_SEEDS = {'tuning': 0, 'reporting': 1}
flags.DEFINE_string('folder', None, 'What to write: new, or empty.', required=True)
flags.DEFINE_enum('people', 'reporting', _SEEDS, 'Those to report on, or to tune on.')

SUBJECTS = 106
COUNTS = {  # of clips
  'anger': 45,
  'disgust': 59,
  'fear': 25,
  'happiness': 69,
  'sadness': 28,
  'surprise': 83,
}
SIZE = 48  # pixels
# Nobody of the other rendered sets, whose subjects of the same seed are counted from 1.
_FIRST_SUBJECT = 1001
_FRAMES = 12  # of the clips that three are taken of, a second
_VISIBLE = 1 / 3  # of the apex's intensity: where the change can first be seen
_CAST = 4  # tells the generator of who shows what from those of `clips`


def write(
  out: pathlib.Path,
  seed: int,
  subjects: int = SUBJECTS,
  counts: Mapping[str, int] = COUNTS,
) -> None:
  """Writes `<emotion>/<subject>_1_<frame>.png`, frame 1 to 3, byte for byte the same.

  Args:
    out: The folder; made if it is missing.
    seed: Seed of people and clips.
    subjects: How many people.
    counts: Clips of each emotion, at most one a subject, and at least one for each.

  Raises:
    InputError: `out` is not empty or can't be written.
  """
  try:
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
      raise InputError(f'--folder={out}: not empty; give a new folder')
    for emotion in counts:
      (out / emotion).mkdir()
  except OSError as error:
    raise InputError(
      f'--folder={out}: {error.strerror}; give another folder'
    ) from error
  for place, emotions in enumerate(cast(seed, subjects, counts)):
    for emotion in emotions:
      subject = _FIRST_SUBJECT + place
      for number, frame in enumerate(three_frames(seed, subject, emotion), 1):
        path = out / emotion / f'S{subject}_1_{number}.png'
        path.write_bytes(cv2.imencode('.png', frame)[1].tobytes())


def cast(seed: int, subjects: int, counts: Mapping[str, int]) -> list[list[str]]:
  """The emotions that each subject shows, drawn evenly; at least one.

  Raises:
    ValueError: there are too few or too many clips for that.
  """
  if max(counts.values()) > subjects or sum(counts.values()) < subjects:
    raise ValueError(f'{dict(counts)} clips cannot be shared among {subjects} subjects')
  rng = np.random.default_rng([seed, _CAST])
  shown: list[list[str]] = [[] for _ in range(subjects)]
  for emotion, count in counts.items():
    for place in rng.choice(subjects, count, replace=False):
      shown[place].append(emotion)
  for idle in [emotions for emotions in shown if not emotions]:
    busiest = max(shown, key=len)
    idle.append(busiest.pop(rng.integers(len(busiest))))
  return shown


def three_frames(seed: int, subject: int, emotion: str) -> list[np.ndarray]:
  """Three frames of a clip, each uint8[SIZE, SIZE], gray."""
  clip = clips.make_clip(
    seed,
    subject,
    emotion,
    1,
    lengths=(_FRAMES, _FRAMES),
    difficulty=LABORATORY,
    size=SIZE,
  )
  lasting = [number != action_units.BLINK for number in action_units.AU_NUMBERS]
  total = clip.aus[:, lasting].sum(1)
  apex = len(total) - 1
  visible = int((total >= _VISIBLE * total[apex]).argmax())
  chosen = (visible, (visible + apex) // 2, apex)
  return [cv2.cvtColor(clip.frames[i], cv2.COLOR_RGB2GRAY) for i in chosen]


def main(argv: list[str]) -> None:
  """Writes the folder."""
  del argv
  try:
    write(machine.expanded(FLAGS.folder), _SEEDS[FLAGS.people])
  except InputError as error:
    print(f'error: {error}', file=sys.stderr)
    raise SystemExit(2) from error


if __name__ == '__main__':
  app.run(main)
