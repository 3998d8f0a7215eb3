"""The report of a preparation: a table of all clips, a contact sheet and a line."""

import csv
import dataclasses
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from stc_jax.faces.alignment import Quality

REPORT, CONTACT_SHEET = 'preparation_report.csv', 'contact_sheet.png'
_CLIPS, _ABREAST, _FRAMES = 48, 4, 4  # of the contact sheet


@dataclasses.dataclass(frozen=True)
class QualityRow:
  """A row of the report: a clip and what was done with it; see `Quality`."""

  clip: str
  frames: int | None
  without_face: int | None
  mean_score: float | None
  eye_distance: float | None
  action: str


def kept(key: str, quality: Quality) -> QualityRow:
  """The row of a clip in the set."""
  notes = list(quality.notes)
  if quality.without_face:
    notes.insert(0, f'eyes of {quality.without_face} frames interpolated')
  action = f'kept: {"; ".join(notes)}' if notes else 'kept'
  found = not math.isnan(quality.mean_score)
  return QualityRow(
    key,
    quality.frames,
    quality.without_face if found else None,
    round(quality.mean_score, 4) if found else None,
    round(quality.eye_distance, 2) if found else None,
    action,
  )


def unused(key: str, action: str) -> QualityRow:
  """The row of something that isn't in the set."""
  return QualityRow(key, None, None, None, None, action)


def write(folder: Path, rows: Sequence[QualityRow]) -> Path:
  """Writes `preparation_report.csv`, one row per clip; returns its path."""
  path = folder / REPORT
  # File names may hold any bytes.
  with path.open('w', newline='', encoding='utf-8', errors='backslashreplace') as file:
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow([field.name for field in dataclasses.fields(QualityRow)])
    writer.writerows(dataclasses.astuple(row) for row in rows)
  return path


def shown(count: int) -> list[int]:
  """The indices of the clips on the contact sheet: up to 48, evenly spread."""
  return np.linspace(0, count - 1, min(_CLIPS, count)).round().astype(int).tolist()


def write_contact_sheet(
  folder: Path, clips: Iterable[UInt8[np.ndarray, 't s s 3']]
) -> None:
  """Draws four frames of each clip."""
  strips = [_strip(frames) for frames in clips]
  abreast = min(_ABREAST, len(strips))
  strips += [np.full_like(strips[0], 255)] * (-len(strips) % abreast)
  rows = [np.hstack(strips[i : i + abreast]) for i in range(0, len(strips), abreast)]
  cv2.imwrite(str(folder / CONTACT_SHEET), np.vstack(rows)[..., ::-1])


def _strip(frames: np.ndarray) -> np.ndarray:
  chosen = np.linspace(0, len(frames) - 1, _FRAMES).round().astype(int)
  strip = np.hstack(list(frames[chosen]))
  return np.pad(strip, [(0, 6), (0, 6), (0, 0)], constant_values=255)


def summary(rows: Sequence[QualityRow], frames: int, seconds: float) -> str:
  """The report in one line; `frames` were read this time, in `seconds`."""
  words = []
  if frames:
    words.append(f'{frames} frames in {seconds:.1f} s, {frames / seconds:.0f} a second')
  filled = sum('interpolated' in row.action for row in rows)
  refused = sum(row.action.startswith('refused') for row in rows)
  passed_over = sum(row.action.startswith('passed over') for row in rows)
  if filled:
    words.append(f'{filled} clips with frames that lacked a face')
  if refused:
    words.append(f'{refused} clips left out')
  if passed_over:
    words.append(f'{passed_over} not of this set')
  words.append(f'see {REPORT} and {CONTACT_SHEET} there')
  return '; '.join(words)
