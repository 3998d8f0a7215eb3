"""The base class of the builders of recorded clips: from recordings to a TFDS set."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core.dataset_builder import FileReaderBuilder

from stc_jax import machine
from stc_jax.datasets.recorded import doubts, outcome, quality_report, split_files
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.finish_shards import ShardMaker
from stc_jax.datasets.recorded.inventory import Inventory, without_repeats
from stc_jax.datasets.recorded.options import RecordedConfig
from stc_jax.datasets.recorded.outcome import Outcome
from stc_jax.datasets.recorded.prepare_clips import prepare
from stc_jax.datasets.recorded.shards import RecordFormat
from stc_jax.datasets.recorded.work_folder import read_record
from stc_jax.errors import first_few, printable
from stc_jax.faces import face_crop
from stc_jax.faces.alignment import Alignment

EMOTIONS = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')


class AlignedClipsBuilder(FileReaderBuilder, skip_registration=True):
  """Prepares labelled clips of faces from `manual_dir`.

  A subclass defines what its folder holds (`find`), the names of its labels (`labels`)
  and whether faces are detected by default (`own_align`).
  """

  VERSION = tfds.core.Version('1.1.0')
  RELEASE_NOTES: ClassVar = {
    '1.1.0': 'Videos upright and at a constant rate; black columns are noted.',
    '1.0.0': 'First version.',
  }
  # Clips in a file of the set. A killed preparation writes such a part again.
  clips_per_shard: ClassVar[int] = 128

  def __init__(self, *, options: Mapping[str, Any] | None = None, **kwargs: Any):
    """Takes values of the config's options, by name; see `options.RecordedConfig`."""
    self._given = dict(options or {})
    self.outcome = ''
    super().__init__(**kwargs)

  @functools.cached_property
  def options(self) -> RecordedConfig:
    """The builder's config with the options that were given."""
    own = self.builder_config
    config = own if isinstance(own, RecordedConfig) else RecordedConfig(name='')
    return dataclasses.replace(config, **self._given)

  def find(self, folder: Path) -> Inventory:
    """Lists the clips of `folder`; raises InputError if it is not of this database."""
    raise NotImplementedError

  def labels(self) -> tuple[str, ...] | None:
    """The labels in the set's order; None: the labels that occur, sorted."""
    return EMOTIONS

  def own_align(self) -> str:
    """The default of `Alignment.align`."""
    return 'mtcnn'

  @property
  def alignment(self) -> Alignment:
    """How faces are found and cut out."""
    return self.options.alignment(self.own_align())

  def recipe(self) -> dict[str, str]:
    """The options that decide the set besides its files, by flag; for its metadata."""
    chosen = dataclasses.asdict(self.alignment)
    del chosen['size']
    if self.alignment.align == 'none':
      chosen = {'align': 'none'}
    return {flag: str(value) for flag, value in chosen.items()}

  @property
  def black_columns(self) -> int:
    """The number of black columns on each side of a crop; for the set's metadata."""
    how = self.alignment
    return face_crop.black_columns(how.size) if how.align == 'mtcnn' else 0

  @property
  def work_folder(self) -> Path:
    """The folder of finished clips and the report until the set is complete."""
    return Path(self.data_dir).parent / f'unfinished_{self.version}'

  def features(self) -> dict[str, Any]:
    """The features of an example."""
    size = self.alignment.size
    return {
      'frames': tfds.features.Tensor(
        shape=(None, size, size, 3), dtype=np.uint8, encoding='bytes'
      ),
      'label': tfds.features.ClassLabel(names=self.labels()),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }

  def metadata(self) -> dict[str, Any]:
    """Further metadata of the set."""
    return {}

  def split_of(self, clip: RawClip) -> str:
    """The split of a clip."""
    del clip
    return 'data'

  def example(self, clip: RawClip, frames: np.ndarray, fps: float) -> dict[str, Any]:
    """The record of a finished clip.

    It has all `frames` and `fps`: a preparation that continues may read them from it.
    """
    return {
      'frames': frames,
      'label': clip.label,
      'subject': clip.subject,
      'clip': clip.key,
      'fps': fps,
    }

  def _info(self) -> tfds.core.DatasetInfo:
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(self.features()),
      metadata=tfds.core.MetadataDict(self.metadata()),
    )

  def __getstate__(self) -> dict[str, Any]:
    """The constructor's arguments, from which TFDS makes it again in a worker."""
    state = super().__getstate__()['_original_state']
    return {'_original_state': state | {'options': self._given}}

  def _download_and_prepare(
    self,
    dl_manager: tfds.download.DownloadManager,
    download_config: tfds.download.DownloadConfig | None = None,
  ) -> None:
    """Writes the files of all splits; see the base class."""
    folder, work = Path(dl_manager.manual_dir), self.work_folder
    found = without_repeats(self.find(folder))
    outcome.check_whole(folder, found, work, self.options)
    labels = self._occurring(found.clips)
    options = download_config.beam_options if download_config else None
    done = self._finished(found.clips, labels, options)
    outcome.check_usable(folder, found, done, work, self.options)
    used = [clip for clip in found.clips if done.clips[clip.key].quality]
    self._report(found, done, used)
    if self._occurring(used) != labels:  # a label of refused clips alone is left out
      labels = self._occurring(used)
      done = self._finished(used, labels, options)
    self.info.metadata['manual_dir'] = str(folder)
    self.info.metadata['recipe'] = self.recipe()
    self.info.metadata['black_columns'] = self.black_columns
    if labels is not None:
      self.info.features['label'].names = labels
    splits = split_files.take_over(done.shards, self._get_filename_template)
    self.info.set_splits(tfds.core.SplitDict(splits))
    self._draw_contact_sheet(done, used)

  def _occurring(self, clips: Sequence[RawClip]) -> list[str] | None:
    """The labels that occur, sorted; None where the set has labels of its own."""
    return sorted({clip.label for clip in clips}) if self.labels() is None else None

  def _finished(
    self, clips: Sequence[RawClip], labels: list[str] | None, pipeline_options: Any
  ) -> Outcome:
    """Finishes the shards of clips; see `prepare_clips`."""
    # A pipeline's workers have one thread each.
    workers = self.options.workers or (1 if pipeline_options else machine.cores())
    record_format = RecordFormat(self.example, self.features(), labels)
    folder = self.work_folder.absolute()
    maker = ShardMaker(folder, record_format, self.alignment, workers)
    most = self.clips_per_shard
    return prepare(clips, maker, self.split_of, most, pipeline_options)

  def _report(self, found: Inventory, done: Outcome, used: Sequence[RawClip]) -> None:
    """Writes the report, and keeps its summary."""
    contents = {key: clip.content for key, clip in done.clips.items()}
    doubtful = doubts.found(used, contents)
    rows = done.rows(found)
    rows += [quality_report.unused('', f'warning: {doubt}') for doubt in doubtful]
    quality_report.write(Path(self.data_dir), rows)
    self.outcome = quality_report.summary(rows, done.frames, done.seconds)
    self.outcome += ''.join(f'\nnote: {printable(note)}' for note in found.notes)
    if doubtful:
      self.outcome += f'\nwarning: {first_few(doubtful)}'

  def _draw_contact_sheet(self, done: Outcome, used: Sequence[RawClip]) -> None:
    places = {
      clip.key: (shard.path, number)
      for shard in done.shards
      for number, clip in enumerate(shard.used)
    }
    chosen = [used[number].key for number in quality_report.shown(len(used))]
    read = self.info.features.deserialize_example_np
    clips = (read(read_record(*places[key]))['frames'] for key in chosen)
    quality_report.write_contact_sheet(Path(self.data_dir), clips)
