"""TFDS builder of RAVDESS (Livingstone & Russo 2018): actors who speak, or sing."""

import collections
import dataclasses
from pathlib import Path
from typing import Any, ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.ravdess import contents
from stc_jax.datasets.recorded import archives, named_videos, scan
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.faces.videos import VIDEOS

_NO_VIDEO = 'no video'


@dataclasses.dataclass(eq=False)
class RavdessConfig(RecordedConfig):
  """A choice of performances.

  Attributes:
    channel: 'speech' or 'song'.
  """

  channel: str = 'speech'
  parts: str = option(
    'The lists of subjects for the protocol `given`: six of four actors in order, or '
    'five published ones. Default: six.',
    default='six',
    choices=tuple(contents.PARTS),
  )


class Builder(AlignedClipsBuilder):
  """Builder of ravdess: 24 actors, two sentences, eight emotions with neutral."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES: ClassVar = {'1.0.0': 'First version.'}
  BUILDER_CONFIGS: ClassVar = [
    RavdessConfig(name='speech', description='1,440 clips, 24 actors, eight emotions.'),
    RavdessConfig(
      name='song',
      description='1,012 clips, 23 actors, six emotions.',
      channel='song',
    ),
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Download Video_Speech_Actor_01.zip to _24.zip (for song Video_Song_Actor_*.zip) '
    'from https://zenodo.org/records/1188976 into a folder, packed or unpacked, so '
    'that it holds Actor_01/02-01-01-01-01-01-01.mp4; folders around these do no harm.'
  )

  def labels(self) -> tuple[str, ...]:
    """See the base class."""
    return contents.labels(self.builder_config.channel)

  def recipe(self) -> dict[str, str]:
    """See the base class; `parts` decides the lists of subjects."""
    return super().recipe() | {'parts': self.options.parts}

  def metadata(self) -> dict[str, Any]:
    """See the base class."""
    parts = contents.PARTS[self.options.parts]
    return {'subject_folds': [list(actors) for actors in parts]}

  def find(self, folder: Path) -> Inventory:
    """Finds a video for each performance; zips are unpacked.

    Of two files of a performance the one without sound is taken.

    Raises:
      InputError: there is none, or only pointers of Git LFS; or a zip is damaged.
    """
    of_reason = collections.defaultdict(list)
    for path in self._files(folder):
      of_reason[self._why_not(path.name)].append(path)
    named = named_videos.by_name(
      ((contents.parse(path.name).clip, path) for path in of_reason.pop('', ())),
      rank=lambda path: contents.parse(path.name).modality != contents.SILENT,
    )
    channel = self.builder_config.channel
    hint = self.MANUAL_DOWNLOAD_INSTRUCTIONS
    named.check_not_empty(f'{folder}: no video of RAVDESS, {channel}. {hint}')
    clips, bad = named.clips(folder, contents.label_of, contents.actor_of)
    gaps = named.gaps(
      {clip: f'{contents.SILENT}-{clip}.mp4' for clip in contents.clips(channel)}
    )
    of_reason.pop(_NO_VIDEO, ())
    others = [(path.name, why) for why, paths in of_reason.items() for path in paths]
    return Inventory(clips, bad, gaps, [*named.passed_over, *others])

  def _files(self, folder: Path) -> list[Path]:
    """The files of `folder`, and the videos that only its zips hold."""
    files = list(scan.files(folder))
    names = {path.name for path in files} | archives.names(files)
    taken = [contents.parse(name) for name in names if not self._why_not(name)]
    silent = {clip for modality, clip in taken if modality == contents.SILENT}

    def is_wanted(name: str) -> bool:
      if self._why_not(name):
        return False
      modality, clip = contents.parse(name)
      return modality == contents.SILENT or clip not in silent

    packed = archives.lacking(files, is_wanted)
    return files + archives.unpack(packed, self.work_folder / 'unpacked')

  def _why_not(self, file: str) -> str:
    """Why a file of this name doesn't belong to this set; '': it does."""
    if Path(file).suffix.lower() not in VIDEOS:
      return _NO_VIDEO
    named = contents.parse(file)
    if named is None:
      return 'not a clip of RAVDESS'
    channel = contents.channel_of(named.clip)
    if channel != self.builder_config.channel:
      return channel
    return 'sound alone' if named.modality == contents.SOUND else ''
