"""CREMA-D: a clone with and without Git LFS, its tables, and the owners' gaps."""

import itertools
import shutil
from pathlib import Path

import numpy as np

from fakes import videos

# Counted in the owners' list of files, and not derived from the builder.
CLIPS, USABLE = 7442, 7438
COUNTS = {'ANG': 1271, 'DIS': 1271, 'FEA': 1271, 'HAP': 1271, 'SAD': 1271, 'NEU': 1087}
UNUSABLE = ('1076_MTI_NEU_XX', '1076_MTI_SAD_XX', '1064_TIE_SAD_XX', '1064_IEO_DIS_MD')
SENTENCES = 'DFA IEO IOM ITH ITS IWL IWW MTI TAI TIE TSI WSI'
POINTER = (
  'version https://git-lfs.github.com/spec/v1\n'
  'oid sha256:10dc3fd1f2bc8203657431598bd7dc9312462008f93d08fda786043ae6a8d2f4\n'
  'size 265922\n'
)


def names() -> list[str]:
  """The 7,442 files of the owners' repository, without their ending."""
  found = []
  for actor, sentence in itertools.product(range(1001, 1092), SENTENCES.split()):
    if (actor, sentence) in {(1008, 'WSI'), (1009, 'MTI'), (1019, 'ITH')}:
      continue
    for emotion in COUNTS:
      if (actor, sentence, emotion) in {(1002, 'TIE', 'NEU'), (1076, 'ITS', 'NEU')}:
        continue
      levels = 'LO MD HI' if sentence == 'IEO' and emotion != 'NEU' else 'XX'
      found += [f'{actor}_{sentence}_{emotion}_{level}' for level in levels.split()]
  return found


def write_names(root: Path, content: str, wanted: list[str] | None = None) -> Path:
  """Writes files of the complete list, all with one content; returns their folder."""
  folder = root / 'CREMA-D-master' / 'VideoFlash'
  folder.mkdir(parents=True, exist_ok=True)
  for name in names() if wanted is None else wanted:
    (folder / f'{name}.flv').write_text(content)
  return folder


def write_clip(root: Path, name: str, frames: np.ndarray, ending: str = '.flv') -> Path:
  """Writes a clip with sound: Flash video, or the codec of another ending."""
  folder = root / 'CREMA-D-master' / 'VideoFlash'
  folder.mkdir(parents=True, exist_ok=True)
  codec, rate = ('flv', 22050) if ending == '.flv' else ('libx264', 48000)
  path = folder / f'{name}{ending}'
  return videos.write(path, frames, codec, fps=30, tone='mp3', rate=rate)


def write_tables(root: Path, votes: dict[str, str]) -> Path:
  """Writes summaryTable.csv with the face votes, and the table of actors."""
  outer = root / 'CREMA-D-master'
  (outer / 'processedResults').mkdir(parents=True, exist_ok=True)
  (outer / 'VideoDemographics.csv').write_text(
    '"ActorID","Age","Sex","Race","Ethnicity"\n'
    '1001,51,"Male","Caucasian","Not Hispanic"\n'
  )
  lines = [
    '"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel","MultiModalVote",'
    '"MultiModalLevel"'
  ]
  for number, (name, vote) in enumerate(votes.items(), 1):
    level = ':'.join('57' for _ in vote.split(':'))
    lines.append(f'"{number}","{name}","N","69.1","{vote}","{level}","N","64.78"')
  table = outer / 'processedResults' / 'summaryTable.csv'
  table.write_text('\n'.join(lines) + '\n')
  return table


def add_sound(root: Path) -> None:
  """Sound beside the videos, which no set takes."""
  for folder, ending in (('AudioWAV', 'wav'), ('AudioMP3', 'mp3')):
    (root / 'CREMA-D-master' / folder).mkdir(parents=True)
    sound = root / 'CREMA-D-master' / folder / f'1001_DFA_ANG_XX.{ending}'
    sound.write_text(POINTER)


def pack(root: Path) -> Path:
  """Replaces the folder by its zip, as the repository's page offers it."""
  name = 'CREMA-D-master'
  packed = shutil.make_archive(str(root / name), 'zip', root, name)
  shutil.rmtree(root / name)
  return Path(packed)
