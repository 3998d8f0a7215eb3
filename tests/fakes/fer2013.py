"""FER2013: one table of pictures as text, or folders of pictures; votes of FERPlus.

A copy of full size to measure with: `cd tests; python -m fakes.fer2013 FOLDER`.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from fakes import faces

# As the challenge wrote it: blanks before the names, pixels before or after Usage.
HEADERS = {
  'fer2013.csv': ('emotion', 'pixels', 'Usage'),
  'icml_face_data.csv': ('emotion', ' Usage', ' pixels'),
}
USAGES = ('Training', 'PublicTest', 'PrivateTest')
COUNTS = {
  'Training': (3995, 436, 4097, 7215, 4830, 3171, 4965),
  'PublicTest': (467, 56, 496, 895, 653, 415, 607),
  'PrivateTest': (491, 55, 528, 879, 594, 416, 626),
}
FOLDERS = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')
VOTES = (
  *('neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear'),
  *('contempt', 'unknown', 'NF'),
)

Row = tuple[int | str, np.ndarray | str, str]


def picture(number: int, emotion: int = 0) -> np.ndarray:
  """uint8[48, 48]: a face; another one for each number."""
  frame = faces.moving_face(2, 48, 48, number, emotion + 1)[1]
  return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def text_of(gray: np.ndarray) -> str:
  """The pixels of a picture as a table has them."""
  return ' '.join(map(str, gray.ravel().tolist()))


def rows_of(each: int) -> list[Row]:
  """As many pictures of each emotion and usage, all different."""
  return [
    (emotion, picture(100 * place + 10 * take + emotion, emotion), usage)
    for place, usage in enumerate(USAGES)
    for take in range(each)
    for emotion in range(len(FOLDERS))
  ]


def write_table(
  root: Path, rows: Iterable[Row], name: str = 'icml_face_data.csv'
) -> Path:
  """Writes a table; a picture may be given as text."""
  path, header = root / name, HEADERS[name]
  path.parent.mkdir(parents=True, exist_ok=True)
  with path.open('w', encoding='ascii', newline='') as file:
    file.write(','.join(header) + '\n')
    for emotion, gray, usage in rows:
      text = gray if isinstance(gray, str) else text_of(gray)
      fields = {'emotion': f'{emotion}', 'pixels': text, 'Usage': usage}
      file.write(','.join(fields[column.strip()] for column in header) + '\n')
  return path


def write_votes(root: Path, rows: Sequence[tuple[str, str, dict[str, int]]]) -> Path:
  """Writes FERPlus: usage, image name and votes of each row."""
  path = root / 'fer2013new.csv'
  with path.open('w', encoding='ascii', newline='') as file:
    file.write(','.join(('Usage', 'Image name', *VOTES)) + '\r\n')
    for usage, name, votes in rows:
      counts = [str(votes.get(column, 0)) for column in VOTES]
      file.write(','.join((usage, name, *counts)) + '\r\n')
  return path


def write_picture(
  root: Path, split: str, emotion: int, name: str, gray: np.ndarray, numbered: bool
) -> Path:
  """Writes a picture in the folder of its emotion, a name or a number."""
  folder = root / split / (str(emotion) if numbered else FOLDERS[emotion])
  folder.mkdir(parents=True, exist_ok=True)
  path = folder / name
  assert cv2.imwrite(str(path), gray)
  return path


def write_counts(root: Path) -> None:
  """35,887 different pictures of noise, as many of each as the real copy has."""
  rng = np.random.default_rng(0)
  write_table(
    root,
    (
      (emotion, rng.integers(0, 256, (48, 48), np.uint8), usage)
      for usage, counts in COUNTS.items()
      for emotion in np.repeat(range(len(FOLDERS)), counts)
    ),
    'fer2013.csv',
  )


if __name__ == '__main__':
  write_counts(Path(sys.argv[1]))
