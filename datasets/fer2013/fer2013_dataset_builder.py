"""TFDS builder of FER2013, with its own labels or those of FERPlus."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.fer2013 import layout, picture_folders, pixel_table, stills, votes
from stc_jax.datasets.fer2013.stills import Still, Stills
from stc_jax.datasets.recorded import scan
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig, option
from stc_jax.errors import InputError
from stc_jax.faces.alignment import Alignment

FERPLUS = 'ferplus'


@dataclasses.dataclass(eq=False)
class Fer2013Config(RecordedConfig):
  """A choice of labels: those of FER2013, or the votes of FERPlus."""

  ties: str | None = option(
    'Pictures in which people saw several emotions equally often: leave_out, or first '
    'takes the first in the order of the columns. Default: leave_out; only of '
    '--builder_config=ferplus.',
    choices=votes.TIES,
  )


class Builder(AlignedClipsBuilder):
  """Builder of fer2013: stills, each a clip of one frame and its own subject."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES: ClassVar = {'1.0.0': 'First version.'}
  clips_per_shard = 2048  # of one small frame each
  BUILDER_CONFIGS: ClassVar = [
    Fer2013Config(name='fer2013', description='35,887 pictures, seven expressions.'),
    Fer2013Config(name=FERPLUS, description='Eight expressions, by ten votes each.'),
  ]
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS = (
    'Download FER2013 after a registration and unpack it, so that the folder holds '
    'fer2013.csv or icml_face_data.csv, or else train/angry/*.jpg and '
    'test/angry/*.jpg; for --builder_config=ferplus it holds a table, and '
    'fer2013new.csv of FERPlus. Tables may lie in zips; folders around these do no '
    'harm.'
  )

  def labels(self) -> tuple[str, ...]:
    """See the base class."""
    contempt = ('contempt',) if self.builder_config.name == FERPLUS else ()
    return (*stills.CLASSES, *contempt)

  def own_align(self) -> str:
    """See the base class; the faces are cut out already."""
    return 'none'

  @property
  def alignment(self) -> Alignment:
    """See the base class; the pictures keep their size."""
    return dataclasses.replace(super().alignment, size=pixel_table.SIDE)

  def recipe(self) -> dict[str, str]:
    """See the base class; `ties` decides the set, too."""
    own = {'ties': self._ties} if self.builder_config.name == FERPLUS else {}
    return super().recipe() | own

  @property
  def _ties(self) -> str:
    return self.options.ties or votes.LEAVE_OUT

  def split_of(self, clip: Still) -> str:
    """See the base class."""
    return clip.split

  def find(self, folder: Path) -> Inventory:
    """Lists the pictures of the table or, where there is none, of the folders.

    Raises:
      InputError: there is neither, or votes are missing or of other pictures.
    """
    plus = self.builder_config.name == FERPLUS
    if self.options.ties and not plus:
      raise InputError('--ties: only goes with --builder_config=ferplus')
    place = layout.find(folder, self.work_folder / 'unpacked')
    if place.tables:
      found, whole = pixel_table.read(place.tables[0]), stills.COUNTS
    elif plus or not place.folders:
      what = 'table of FER2013' if plus else 'table or folders of FER2013'
      raise InputError(f'{folder}: no {what}. {self.MANUAL_DOWNLOAD_INSTRUCTIONS}')
    else:
      root = scan.the_one(place.folders, 'train and test', folder, '')
      found, whole = picture_folders.read(root), _joined_counts()
    gaps = [*found.gaps, *stills.count_gaps(found.counts, whole)]
    usable, bad, left_out, notes = found.usable, found.bad, [], place.notes()
    if plus:
      hint = self.MANUAL_DOWNLOAD_INSTRUCTIONS
      path = scan.the_one(place.votes, votes.FILE, folder, hint)
      relabelled = self._relabelled(found, place.tables[0], path)
      usable, left_out = relabelled.stills, relabelled.left_out
      bad = [*bad, *relabelled.bad]
      notes += [relabelled.note()] if left_out else []
    kept, copies, said = stills.without_copies(usable)
    return Inventory(kept, bad, gaps, [*left_out, *copies], [*notes, *said])

  def _relabelled(self, found: Stills, table: Path, path: Path) -> votes.Relabelled:
    rows, pictures = votes.read(path, self._ties), len(found.usable) + len(found.bad)
    if len(rows) != pictures:
      raise InputError(
        f'{path}: {len(rows)} rows, but {table} has {pictures}; take both files as '
        'they were published, because they belong together row by row'
      )
    return votes.relabel(found.usable, rows, path)


def _joined_counts() -> dict[str, Sequence[int]]:
  """The numbers of pictures where the two tests are one."""
  tests = zip(stills.COUNTS['validation'], stills.COUNTS['test'], strict=True)
  return {'train': stills.COUNTS['train'], 'test': [sum(both) for both in tests]}
