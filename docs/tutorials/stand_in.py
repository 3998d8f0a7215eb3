"""Writes a few rendered clips under the names of CREMA-D's files, for a tutorial.

python stand_in.py FOLDER
"""

import pathlib
import sys

import cv2

from stc_jax.datasets.synthetic_faces import clips

_EMOTIONS = {
  'ANG': 'anger',
  'DIS': 'disgust',
  'FEA': 'fear',
  'HAP': 'happiness',
  'SAD': 'sadness',
  'NEU': 'surprise',  # played at rest
}
_ACTORS = 1001, 1020, 1040, 1060, 1080  # one of each published list
_SEED = 5  # of nobody in a set


def main(folder: pathlib.Path) -> None:
  """Writes one clip for each actor and emotion, 20 frames of 64 x 64."""
  folder.mkdir(parents=True, exist_ok=True)
  for actor in _ACTORS:
    for code, emotion in _EMOTIONS.items():
      rests = code == 'NEU'
      clip = clips.make_clip(_SEED, actor, emotion, 1, lengths=(20, 20), rests=rests)
      path = folder / f'{actor}_DFA_{code}_XX.mp4'
      codec = cv2.VideoWriter.fourcc(*'mp4v')
      writer = cv2.VideoWriter(str(path), codec, 12, (64, 64))
      for frame in clip.frames:
        writer.write(frame[..., ::-1])
      writer.release()


if __name__ == '__main__':
  main(pathlib.Path(sys.argv[1]))
