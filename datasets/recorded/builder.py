"""The base class of the builders of recorded clips: from recordings to a TFDS set."""

import collections
import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from stc_jax import machine
from stc_jax.datasets.recorded import align_clips, doubts, quality_report
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.inventory import Inventory, other_rows, without_repeats
from stc_jax.datasets.recorded.options import RecordedConfig
from stc_jax.datasets.recorded.quality_report import QualityRow
from stc_jax.errors import InputError, first_few
from stc_jax.faces import face_crop
from stc_jax.faces.alignment import Alignment

EMOTIONS = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')


class AlignedClipsBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  """Prepares labelled clips of faces from `manual_dir`.

  A subclass defines what its folder holds (`find`), the names of its labels (`labels`)
  and whether faces are detected by default (`own_align`).
  """

  VERSION = tfds.core.Version('1.1.0')
  RELEASE_NOTES: ClassVar = {
    '1.1.0': 'Videos upright and at a constant rate; black columns are noted.',
    '1.0.0': 'First version.',
  }

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
    """The record of a finished clip."""
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

  def _split_generators(
    self, dl_manager: tfds.download.DownloadManager
  ) -> dict[str, Iterator]:
    folder = Path(dl_manager.manual_dir)
    found = without_repeats(self.find(folder))
    if found.gaps and not self.options.allow_partial:
      self._refuse_partial(folder, found)
    outcome = align_clips.prepare(
      found.clips,
      self.alignment,
      self.work_folder,
      self.options.workers or machine.cores(),
    )
    self._refuse_bad(folder, found, outcome)
    doubtful = doubts.found(found.clips, outcome.files)
    rows = [*outcome.rows, *other_rows(found)]
    rows += [quality_report.unused('', f'warning: {doubt}') for doubt in doubtful]
    made = Path(self.data_dir)
    quality_report.write(made, rows)
    files = list(outcome.files.values())
    chosen = (align_clips.load(files[i])[0] for i in quality_report.shown(len(files)))
    quality_report.write_contact_sheet(made, chosen)
    if self.labels() is None:
      used = {clip.label for clip in found.clips if clip.key in outcome.files}
      self.info.features['label'].names = sorted(used)
    self.info.metadata['manual_dir'] = str(folder)
    self.info.metadata['recipe'] = self.recipe()
    self.info.metadata['black_columns'] = self.black_columns
    self.outcome = quality_report.summary(rows, outcome.frames, outcome.seconds)
    if doubtful:
      self.outcome += f'\nwarning: {first_few(doubtful)}'
    of_split = collections.defaultdict(list)
    for clip in found.clips:
      of_split[self.split_of(clip)].append(clip)
    return {
      split: self._generate_examples(clips, outcome.files)
      for split, clips in of_split.items()
    }

  def _generate_examples(
    self, found: Sequence[RawClip], files: dict[str, Path]
  ) -> Iterator[tuple[str, dict[str, Any]]]:
    for clip in found:
      if clip.key not in files:
        continue
      yield clip.key, self.example(clip, *align_clips.load(files[clip.key]))

  def _refuse_partial(self, folder: Path, found: Inventory) -> None:
    report = self._write_report([*other_rows(found)])
    reasons = [*(f'{key}: {reason}' for key, reason in found.bad), *found.gaps]
    raise InputError(
      f'{folder}: not the whole database: {first_few(reasons)} (all in {report}); '
      'complete the folder, or take what is there with --allow_partial'
    )

  def _refuse_bad(
    self, folder: Path, found: Inventory, outcome: align_clips.Outcome
  ) -> None:
    bad = [f'{key}: {reason}' for key, reason in found.bad] + outcome.bad
    usable, most = len(outcome.files), self.options.max_bad_clips
    if usable and len(bad) <= most:
      return
    report = self._write_report([*outcome.rows, *other_rows(found)])
    if not bad:
      raise InputError(f'{folder}: no clip of this set is there (see {report})')
    leave_out = f', or leave them out with --max_bad_clips={len(bad)}' if usable else ''
    raise InputError(
      f'{folder}: {len(bad)} of {usable + len(bad)} clips cannot be used: '
      f'{first_few(bad)} (all in {report}); put them right and start again, which '
      f'keeps what is done{leave_out}'
    )

  def _write_report(self, rows: Sequence[QualityRow]) -> Path:
    self.work_folder.mkdir(parents=True, exist_ok=True)
    return quality_report.write(self.work_folder, rows)
