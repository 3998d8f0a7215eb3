"""RAVDESS: folders or zips of each actor, three modalities, speech and song."""

import itertools
import shutil
from pathlib import Path

import numpy as np

from fakes import videos

SPEECH, SONG = 1440, 1012
ACTORS = [f'{number:02d}' for number in range(1, 25)]


def clips(channel: str = '01') -> list[str]:
  """Names of performances, without the modality."""
  pairs = ('01', '02')
  found = []
  for actor in ACTORS:
    for emotion, *rest in itertools.product(range(1, 9), pairs, pairs, pairs):
      is_sung = actor != '18' and emotion < 7
      if (emotion, rest[0]) != (1, '02') and (channel == '01' or is_sung):
        found.append('-'.join([channel, f'{emotion:02d}', *rest, actor]))
  return found


def path_of(root: Path, modality: str, clip: str, ending: str = 'mp4') -> Path:
  """The path of a file in the folder of its actor, which is made."""
  folder = root / f'Actor_{clip[-2:]}'
  folder.mkdir(parents=True, exist_ok=True)
  return folder / f'{modality}-{clip}.{ending}'


def write_names(root: Path, wanted: list[str], modality: str = '02') -> None:
  """Writes empty files."""
  for clip in wanted:
    path_of(root, modality, clip).touch()


def write_clip(root: Path, modality: str, clip: str, frames: np.ndarray) -> Path:
  """Writes a clip; modality 01 has sound."""
  tone = 'aac' if modality == '01' else None
  return videos.write(path_of(root, modality, clip), frames, fps=30, tone=tone)


def pack(root: Path, actor: str, kind: str = 'Speech') -> Path:
  """Replaces the folder of an actor by its zip, as the owners distribute it."""
  name = root / f'Video_{kind}_Actor_{actor}'
  packed = shutil.make_archive(str(name), 'zip', root, f'Actor_{actor}')
  shutil.rmtree(root / f'Actor_{actor}')
  return Path(packed)
