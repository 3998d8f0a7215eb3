"""Clips from a folder of your own, as a TFDS dataset."""

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.clip_folder import folder_clips
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.errors import InputError
from stc_jax.faces.recording import Recording

_IMAGE_FPS = 25.0
_RATES = 0.001, 10_000.0


@dataclasses.dataclass(eq=False)
class ClipFolderConfig(RecordedConfig):
  """A folder of clips under a name of its own.

  Raises:
    InputError: an option is out of its range.
  """

  image_fps: float = option(
    'Frames per second of clips that are kept as images. Default: 25.',
    default=_IMAGE_FPS,
    least=_RATES[0],
  )

  def __post_init__(self):
    """Checks what the types can't."""
    super().__post_init__()
    least, most = _RATES
    if not least <= self.image_fps <= most:  # nor NaN
      raise InputError(f'--image_fps={self.image_fps}: must lie in {least}..{most:g}')


class Builder(AlignedClipsBuilder):
  """Reads clips of faces, as `README.md` describes, from `manual_dir`."""

  VERSION = tfds.core.Version('1.1.0')
  BUILDER_CONFIGS: ClassVar = [ClipFolderConfig(name='default')]
  # TFDS would look for README.md and its like below `stc_jax/`, where a clone has none.
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = f'It should be {folder_clips.LAYOUT}.'

  def __init__(self, *, config: str | ClipFolderConfig | None = None, **kwargs: Any):
    """Accepts any name of a config; each name stands for another folder."""
    if isinstance(config, str) and config not in self.builder_configs:
      config = ClipFolderConfig(name=config)
    super().__init__(config=config, **kwargs)

  def labels(self) -> None:
    """See the base class: the names of the folders."""

  def own_align(self) -> str:
    """See the base class; frames are faces that are cropped already."""
    return 'none'

  def recipe(self) -> dict[str, str]:
    """See the base class; another rate of images is noted, too."""
    fps = self.options.image_fps
    return super().recipe() | ({} if fps == _IMAGE_FPS else {'image_fps': f'{fps:g}'})

  def find(self, folder: Path) -> Inventory:
    """See `folder_clips.find_clips`."""
    fps = self.options.image_fps
    return Inventory(
      [
        RawClip(clip.key, clip.label, clip.subject, Recording(clip.paths, fps))
        for clip in folder_clips.find_clips(folder)
      ]
    )
