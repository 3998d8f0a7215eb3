"""Clips from a folder of your own, as a TFDS dataset."""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import rich.console
import rich.progress
import tensorflow_datasets as tfds

from stc_jax.datasets.clip_folder import scan
from stc_jax.faces import clips

_SIZE = 64


@dataclasses.dataclass(eq=False)
class ClipFolderConfig(tfds.core.BuilderConfig):
  """A folder of clips under a name of its own.

  Attributes:
    image_fps: frames per second of clips kept as images; a video states its own.
  """

  image_fps: float = 25.0


class Builder(tfds.core.GeneratorBasedBuilder):
  """Reads clips of cropped faces, as `README.md` describes, from `manual_dir`."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES: ClassVar = {'1.0.0': 'First version.'}
  BUILDER_CONFIGS: ClassVar = [ClipFolderConfig(name='default')]
  # TFDS would look for README.md and its like below `stc_jax/`, where a clone has none.
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = f'It should be {scan.LAYOUT}.'

  def __init__(self, *, config: str | ClipFolderConfig | None = None, **kwargs: Any):
    """Takes any name for a config: each is another folder, prepared on its own."""
    if isinstance(config, str) and config not in self.builder_configs:
      config = ClipFolderConfig(name=config)
    super().__init__(config=config, **kwargs)

  def _info(self) -> tfds.core.DatasetInfo:
    """Describes a clip; the label names follow when the folder is known."""
    features = {
      'frames': tfds.features.Tensor(
        shape=(None, _SIZE, _SIZE, 3), dtype=np.uint8, encoding='bytes'
      ),
      'label': tfds.features.ClassLabel(),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features),
      metadata=tfds.core.MetadataDict(),
    )

  def _split_generators(
    self, dl_manager: tfds.download.DownloadManager
  ) -> dict[str, Iterator]:
    folder = Path(dl_manager.manual_dir)
    found = scan.find_clips(folder)
    self.info.features['label'].names = sorted({clip.label for clip in found})
    self.info.metadata['manual_dir'] = str(folder)
    return {'data': self._generate_examples(found)}

  def _generate_examples(
    self, found: list[scan.Clip]
  ) -> Iterator[tuple[str, dict[str, Any]]]:
    console = rich.console.Console(stderr=True)
    for clip in rich.progress.track(
      found,
      'reading clips',
      console=console,
      transient=True,
      disable=not sys.stderr.isatty(),
    ):
      frames, fps = self._read(clip)
      yield (
        clip.key,
        {
          'frames': frames,
          'label': clip.label,
          'subject': clip.subject,
          'clip': clip.key,
          'fps': fps,
        },
      )

  def _read(self, clip: scan.Clip) -> tuple[np.ndarray, float]:
    if clip.is_video:
      return clips.read_video(clip.paths[0], size=_SIZE)
    return clips.read_images(clip.paths, size=_SIZE), self.builder_config.image_fps
