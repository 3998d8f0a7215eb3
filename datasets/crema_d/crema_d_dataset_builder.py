"""TFDS builder of CREMA-D (Cao et al. 2014): actors who speak, each emotion."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.crema_d import contents, votes
from stc_jax.datasets.recorded import archives, named_videos, scan
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.errors import InputError
from stc_jax.faces.videos import VIDEOS

TIES = LEAVE_OUT, INTENDED = 'leave_out', 'intended'
_OWN_ENDING = '.flv'
_SIZE = 'about 7.5 GB; with --include=VideoFlash 2.4 GB to download'


@dataclasses.dataclass(eq=False)
class CremaDConfig(RecordedConfig):
  """A choice of labels.

  Attributes:
    is_voted: takes what most people saw instead of what the actor intended.
  """

  is_voted: bool = False
  ties: str | None = option(
    'Clips in which people saw several emotions equally often: leave_out, or intended '
    'takes the intended one if it is among them. Default: leave_out; only of '
    '--builder_config=face_vote.',
    choices=TIES,
  )


class Builder(AlignedClipsBuilder):
  """Builder of crema_d: 91 actors, 12 sentences, five emotions and neutral."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES: ClassVar = {'1.0.0': 'First version.'}
  BUILDER_CONFIGS: ClassVar = [
    CremaDConfig(
      name='intended', description='7,438 clips, labelled as the actors intended.'
    ),
    CremaDConfig(
      name='face_vote',
      description='6,968 clips, labelled as most people saw them without sound.',
      is_voted=True,
    ),
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Clone https://github.com/CheyneyComputerScience/CREMA-D with Git LFS, so that the '
    'folder holds VideoFlash/1001_DFA_ANG_XX.flv and so on; folders around these do no '
    'harm.'
  )

  def labels(self) -> tuple[str, ...]:
    """See the base class."""
    return tuple(contents.EMOTIONS.values())

  def recipe(self) -> dict[str, str]:
    """See the base class; `ties` decides the labels, too."""
    ties = self._ties()
    return super().recipe() | ({'ties': ties} if ties else {})

  def metadata(self) -> dict[str, Any]:
    """See the base class."""
    return {
      'subject_folds': [
        [str(number) for number in range(first, last + 1)]
        for first, last in contents.PARTS
      ]
    }

  def find(self, folder: Path) -> Inventory:
    """Finds a video for each name of the database; zips are unpacked.

    Raises:
      InputError: there is none, or only pointers of Git LFS; a zip is damaged; or the
        table of votes is missing, damaged or lacks clips.
    """
    self._ties()
    files = self._files(folder)
    videos = [(_clip_of(p.name), p) for p in files if p.suffix.lower() in VIDEOS]
    named = named_videos.by_name(
      ((clip, path) for clip, path in videos if clip),
      rank=lambda path: path.suffix.lower() != _OWN_ENDING,
    )
    hint = self.MANUAL_DOWNLOAD_INSTRUCTIONS
    named.check_not_empty(f'{folder}: no video of CREMA-D. {hint}', _SIZE)
    clips, bad = named.clips(folder, contents.label_of, contents.actor_of)
    clips = [clip for clip in clips if clip.key not in contents.UNUSABLE]
    clips, tied = self._as_voted(clips, files, folder)
    gaps = named.gaps({name: f'{name}.flv' for name in contents.USABLE}, _SIZE)
    lacking = [name for name in contents.LACKING if name not in named.found]
    passed_over = [
      *((path.name, 'not a clip of CREMA-D') for clip, path in videos if not clip),
      *named.passed_over,
      *contents.UNUSABLE.items(),
      *((name, "missing in the owners' copy, too") for name in lacking),
      *tied,
    ]
    return Inventory(clips, bad, gaps, passed_over)

  def _ties(self) -> str:
    """What is done with ties; '' where nobody votes."""
    if self.builder_config.is_voted:
      return self.options.ties or LEAVE_OUT
    if self.options.ties:
      raise InputError('--ties: only goes with --builder_config=face_vote')
    return ''

  def _files(self, folder: Path) -> list[Path]:
    """The files of `folder`, and the videos and tables that only its zips hold."""
    files = list(scan.files(folder))
    packed = archives.lacking(
      files, lambda name: bool(_clip_of(name)) or votes.is_table(name)
    )
    return files + archives.unpack(packed, self.work_folder / 'unpacked')

  def _as_voted(
    self, clips: list[RawClip], files: Sequence[Path], folder: Path
  ) -> tuple[list[RawClip], list[tuple[str, str]]]:
    """The clips with the labels of this config, and those left out because of ties."""
    if not self.builder_config.is_voted:
      return clips, []
    tables = [path for path in files if votes.is_table(path.name)]
    hint = self.MANUAL_DOWNLOAD_INSTRUCTIONS
    table = scan.the_one(tables, f'table {votes.TABLE}', folder, hint)
    voted = votes.read(table, folder)
    votes.check_complete(table, voted, [clip.key for clip in clips])
    taken, tied = [], []
    for clip in clips:
      seen = voted[clip.key]
      if len(seen) == 1:
        taken.append(dataclasses.replace(clip, label=seen[0]))
      elif self._ties() == INTENDED and clip.label in seen:
        taken.append(clip)
      else:
        tied.append((clip.key, f'people saw {" and ".join(seen)} equally often'))
    return taken, tied


def _clip_of(file: str) -> str:
  """The name of the clip that a file of this name shows; '': of none."""
  name, ending = os.path.splitext(file)
  is_clip = ending.lower() in VIDEOS and name.upper() in contents.NAMES
  return name.upper() if is_clip else ''
