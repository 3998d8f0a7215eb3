"""CK+: two archives, unpacked, with the defects that the real one has.

A copy to try the preparation's speed on: `cd tests; python -m fakes.ck_plus FOLDER`.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from fakes import faces

NUMBERS = {
  name: number
  for number, name in enumerate(
    ('anger', 'contempt', 'disgust', 'fear', 'happiness', 'sadness', 'surprise'), 1
  )
}
# Of the 327 labelled sequences, subjects sorted, subject i in fold i mod 10.
FOLD_SIZES = (33, 39, 40, 35, 30, 37, 29, 29, 33, 22)
CLASSES = dict(zip(NUMBERS, (45, 18, 59, 25, 69, 28, 83), strict=True))


def write_sequence(
  root: Path, subject: str, sequence: str, frames: np.ndarray, label: str | None
) -> Path:
  """Writes images, and a label if there is one; returns the folder of the images."""
  name = f'{subject}_{sequence}'
  folder = root / 'cohn-kanade-images' / subject / sequence
  folder.mkdir(parents=True)
  for number, frame in enumerate(frames, 1):
    cv2.imwrite(str(folder / f'{name}_{number:08d}.png'), frame)
  if label:
    states(root, subject, sequence, len(frames), f'   {NUMBERS[label]:.7e}\n')
  return folder


def states(root: Path, subject: str, sequence: str, apex: int, text: str) -> None:
  """Writes a label file."""
  folder = root / 'Emotion_labels' / 'Emotion' / subject / sequence
  folder.mkdir(parents=True)
  (folder / f'{subject}_{sequence}_{apex:08d}_emotion.txt').write_text(text)


def add_defects(root: Path) -> None:
  """What the real copies have; sequence 001 of S999 must exist."""
  images, labels = root / 'cohn-kanade-images', root / 'Emotion_labels' / 'Emotion'
  for place in (images / 'S999', images / 'S999' / '001'):
    (place / '.DS_Store').write_bytes(b'\0\0\0\1Bud1')
  first = next((images / 'S999' / '001').glob('*00000001.png'))
  assert cv2.imread(str(first), cv2.IMREAD_UNCHANGED).ndim == 2
  cv2.imwrite(str(first), cv2.imread(str(first), cv2.IMREAD_COLOR))  # 3 channels
  gray = np.full((8, 8), 90, np.uint8)
  (labels / 'S121' / '001').mkdir(parents=True)  # an empty Emotion folder
  write_sequence(root, 'S121', '001', [gray] * 4, None)
  write_sequence(root, 'S121', '002', [gray] * 4, None)  # an absent one
  write_sequence(root, 'S121', '003', [gray] * 4, None)
  states(root, 'S121', '003', 4, '')  # an empty label file


def write_counts(root: Path) -> None:
  """593 tiny sequences of 123 subjects, 327 of 118 labelled as in the real CK+."""
  labels = _labels_by_subject()
  written, gray = 0, np.full((6, 6), 90, np.uint8)
  for subject, of_subject in labels.items():
    for number, label in enumerate(of_subject, 1):
      write_sequence(root, subject, f'{number:03d}', [gray] * 4, label)
    written += len(of_subject)
  for number in range(593 - written):
    subject = f'S{900 + number % 5}' if number < 10 else list(labels)[number % 118]
    write_sequence(root, subject, f'{100 + number}', [gray] * 4, None)


def _labels_by_subject() -> dict[str, list[str]]:
  """118 subjects; 12 of them show contempt alone; folds as large as published."""
  subjects = [f'S{5 + number:03d}' for number in range(118)]
  sizes = dict.fromkeys(subjects, 0)
  scornful = subjects[::10][:6] + subjects[7::10][:6]
  for fold, size in enumerate(FOLD_SIZES):
    members = subjects[fold::10]
    others = [s for s in members if s not in scornful]
    for s in members:
      sizes[s] = 1
    for number in range(size - len(members)):
      sizes[others[number % len(others)]] += 1
  left = dict(CLASSES)
  left['contempt'] -= len(scornful)
  found = {}
  for subject in sorted(subjects, key=lambda s: -sizes[s]):
    if subject in scornful:
      found[subject] = ['contempt']
      continue
    most = sorted(left, key=lambda label: -left[label])[: sizes[subject]]
    for label in most:
      left[label] -= 1
    found[subject] = most
  assert not any(left.values()), left
  return dict(sorted(found.items()))


def write_faces(root: Path) -> None:
  """24 sequences of 20 frames of 640 x 490: four subjects, six emotions."""
  emotions = [name for name in NUMBERS if name != 'contempt']
  for subject in range(4):
    for number, label in enumerate(emotions, 1):
      frames = faces.moving_face(20, 490, 640, subject, number)
      gray = frames.mean(axis=-1).astype(np.uint8)
      write_sequence(root, f'S{50 + subject:03d}', f'{number:03d}', gray, label)


if __name__ == '__main__':
  write_faces(Path(sys.argv[1]))
