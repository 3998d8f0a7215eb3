"""Film strips: the frames of a clip side by side, small enough for a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

import cv2
import numpy as np
from jaxtyping import UInt8

from stc_jax.data.records import PreparedClip
from stc_jax.faces.images import resized
from stc_jax.run_folder.finished_run import Run
from stc_jax.tasks.clip_results import is_right

HARDEST = 24
_FRAMES, _SIDE, _QUALITY = 6, 48, 70
BYTES = 1_500_000  # of all strips of a page, before Base64 adds a third


def chosen_clips(runs: Sequence[Run]) -> list[str]:
  """Clips to show: the hardest ones, then all others that a run misclassified."""
  hardest, wrong = mean_probabilities(runs), set()
  for run in runs:
    wrong |= {row['clip'] for row in run.rows if not is_right(row)}
  order = [clip for clip, _ in hardest]
  return [*order[:HARDEST], *(clip for clip in order[HARDEST:] if clip in wrong)]


def mean_probabilities(runs: Sequence[Run]) -> list[tuple[str, float]]:
  """The mean probability of each clip's label over runs and repeats, lowest first."""
  found = defaultdict(list)
  for run in runs:
    place = {name: i for i, name in enumerate(run.summary['classes'])}
    for row in run.rows:
      found[row['clip']].append(row['probabilities'][place[row['label']]])
  means = {clip: sum(shares) / len(shares) for clip, shares in found.items()}
  return sorted(means.items(), key=lambda item: (item[1], item[0]))


def strips(run: Run, clips: Sequence[str], most: int) -> dict[str, bytes]:
  """JPEGs of the first clips, as many as fit into `most` bytes.

  Raises:
    InputError: the dataset of the run isn't prepared here.
  """
  made = _of_clips(run.clips(), set(clips))
  kept, left = {}, most
  for clip in clips:
    left -= len(made.get(clip, b''))
    if left < 0:
      break
    if clip in made:
      kept[clip] = made[clip]
  return kept


def strip(frames: UInt8[np.ndarray, 't h w 3']) -> bytes:
  """A JPEG of up to six frames, evenly spaced from the first to the last."""
  count = min(_FRAMES, len(frames))
  numbers = np.linspace(0, len(frames) - 1, count).round().astype(int)
  row = np.hstack([resized(frames[number], _SIDE, _SIDE) for number in numbers])
  picture = cv2.cvtColor(row, cv2.COLOR_RGB2BGR)
  done, data = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
  assert done
  return data.tobytes()


def _of_clips(found: Iterable[PreparedClip], clips: Set[str]) -> dict[str, bytes]:
  return {record.clip: strip(record.frames) for record in found if record.clip in clips}
