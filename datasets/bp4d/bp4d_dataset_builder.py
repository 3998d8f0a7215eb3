"""TFDS builder of BP4D (Zhang et al. 2014), split as for FERA 2015 (Valstar et al.)."""

import dataclasses
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from stc_jax import machine
from stc_jax.datasets.bp4d import coding, layout
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.errors import InputError
from stc_jax.faces.recording import Recording

_FPS = 25.0
# Coded frames of FERA 2015's public lists.
FRAMES = {'train': 75_586, 'validation': 71_261}
SUBJECTS = (
  *(f'F{number:03d}' for number in range(1, 24)),
  *(f'M{number:03d}' for number in range(1, 19)),
)
TASKS = tuple(f'T{number}' for number in range(1, 9))
# Of later work on 12 AUs, such as Zhao et al. 2016 (DRML).
_FOLDS = (
  'F001 F002 F008 F009 F010 F016 F018 F023 M001 M004 M007 M008 M012 M014',
  'F003 F005 F011 F013 F020 F022 M002 M005 M010 M011 M013 M016 M017 M018',
  'F004 F006 F007 F012 F014 F015 F017 F019 F021 M003 M006 M009 M015',
)


@dataclasses.dataclass(frozen=True)
class CodedClip(RawClip):
  """The recording of a subject in a task, with its coding.

  Attributes:
    split: its split.
    coded: its coded frames.
  """

  split: str
  coded: coding.Coding


@dataclasses.dataclass(eq=False)
class Bp4dConfig(RecordedConfig):
  """A choice of BP4D's recordings."""

  test_dir: str = option(
    'Another folder of the same form, for the split test.', default=''
  )
  frame_offset: int = option(
    'Row N of a coding describes image N minus this offset. Default: 0.', default=0
  )


class Builder(AlignedClipsBuilder):
  """Builder of bp4d: an example for each subject and task."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES: ClassVar = {'1.0.0': 'First version.'}
  clips_per_shard = 16  # of some 450 frames each
  BUILDER_CONFIGS: ClassVar = [
    Bp4dConfig(name='fera2015', description='146,847 coded frames.')
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Ask Binghamton University for BP4D and unpack it, so that the folder holds '
    'F001/T1/2440.jpg below BP4D-training or Sequences, and F001_T1.csv below '
    'AUCoding; folders around these do no harm.'
  )

  def recipe(self) -> dict[str, str]:
    """See the base class; `frame_offset` and `test_dir` decide the set, too."""
    own = {'frame_offset': str(self.options.frame_offset)}
    if self.options.test_dir:
      own['test_dir'] = str(machine.expanded(self.options.test_dir).resolve())
    return super().recipe() | own

  def features(self) -> dict[str, Any]:
    """See the base class: AUs in place of a label."""
    own = {
      'frame_numbers': tfds.features.Tensor(
        shape=(None,), dtype=np.int32, encoding='bytes'
      ),
      'aus': tfds.features.Tensor(
        shape=(None, coding.MOST), dtype=np.int8, encoding='bytes'
      ),
    }
    return {k: v for k, v in super().features().items() if k != 'label'} | own

  def metadata(self) -> dict[str, Any]:
    """See the base class."""
    return {
      'au_numbers': list(range(1, coding.MOST + 1)),
      'subject_folds': [subjects.split() for subjects in _FOLDS],
    }

  def split_of(self, clip: CodedClip) -> str:
    """See the base class."""
    return clip.split

  def example(self, clip: CodedClip, frames: np.ndarray, fps: float) -> dict[str, Any]:
    """See the base class."""
    return {
      'frames': frames,
      'frame_numbers': clip.coded.numbers,
      'aus': clip.coded.aus,
      'subject': clip.subject,
      'clip': clip.key,
      'fps': fps,
    }

  def find(self, folder: Path) -> Inventory:
    """Pairs codings with images.

    Raises:
      InputError: the images or the codings are missing.
    """
    wanted = list(itertools.product(SUBJECTS, TASKS))
    found = self._find(folder, wanted, lambda subject: _split_of(subject))
    gaps = [*found.gaps, *_frame_gaps(found.clips)]
    if not self.options.test_dir:
      return dataclasses.replace(found, gaps=gaps)
    other = machine.expanded(self.options.test_dir)
    more = self._find(other, layout.sequences(other), lambda subject: 'test')
    return Inventory(
      [*found.clips, *more.clips], [*found.bad, *more.bad], [*gaps, *more.gaps]
    )

  def _find(self, folder: Path, wanted: Sequence[tuple[str, str]], split) -> Inventory:
    """Finds the sequences `wanted`, pairs of subject and task, in a folder."""
    where = layout.find(folder, self.MANUAL_DOWNLOAD_INSTRUCTIONS)
    clips, bad, gaps = [], [], []
    for subject, task in wanted:
      key = f'{subject}_{task}'
      try:
        coded, images = layout.read(where, subject, task)
        if not coded or not images:
          gaps.append(f'{key} has no {"images" if coded else "coding"}')
          continue
        coded, paths, gap = coding.pair(coded, images, self.options.frame_offset)
        gaps += [f'{key}: {gap}'] if gap else []
        if paths:
          recording = Recording(paths, _FPS)
          clips.append(CodedClip(key, '', subject, recording, split(subject), coded))
      except InputError as error:
        bad.append((key, str(error)))
    return Inventory(clips, bad, gaps)


def _split_of(subject: str) -> str:
  return 'train' if int(subject[1:]) % 2 else 'validation'


def _frame_gaps(clips: Sequence[CodedClip]) -> list[str]:
  counts = dict.fromkeys(FRAMES, 0)
  for clip in clips:
    counts[clip.split] += len(clip.coded.numbers)
  return [
    f'{split}: {counts[split]} coded frames, the whole has {count}'
    for split, count in FRAMES.items()
    if counts[split] != count
  ]
