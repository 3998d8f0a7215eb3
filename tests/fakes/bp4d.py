"""BP4D: images and codings, in both distributed forms."""

from pathlib import Path

import cv2
import numpy as np

FORMS = {
  'fera2015': (Path('BP4D-training'), Path('AUCoding', 'AUCoding')),
  'full': (Path('BP4D', 'Sequences'), Path('BP4D', 'AUCoding', 'AU_OCC')),
}


def write_images(
  root: Path,
  form: str,
  sequence: str,
  frames: np.ndarray,
  first: int,
  digits: int,
) -> Path:
  """Writes images numbered from `first`; returns their folder."""
  folder = root / FORMS[form][0] / Path(*sequence.split('_'))
  folder.mkdir(parents=True)
  for number, frame in enumerate(frames, first):
    cv2.imwrite(str(folder / f'{number:0{digits}d}.jpg'), frame[..., ::-1])
  return folder


def write_coding(
  root: Path, form: str, sequence: str, first: int, aus: dict[int, list[int]]
) -> Path:
  """Writes a CSV whose rows start with frame `first`; other AUs than `aus` are 9."""
  folder = root / FORMS[form][1]
  folder.mkdir(parents=True, exist_ok=True)
  columns = range(1, 100) if form == 'fera2015' else range(1, 40)
  lines = [','.join(map(str, (0, *columns)))]
  for place, values in enumerate(zip(*aus.values(), strict=True)):
    row = dict(zip(aus, values, strict=True))
    lines.append(
      ','.join(str(v) for v in (first + place, *(row.get(k, 9) for k in columns)))
    )
  path = folder / f'{sequence}.csv'
  path.write_text('\n'.join(lines) + '\n')
  return path
