"""Labelled clips of one prepared set, or of several that are joined into one."""

import dataclasses
import os
import pathlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stc_jax.data import records, set_metadata
from stc_jax.data.clip_set import Origin
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.records import PreparedClip
from stc_jax.errors import InputError


class ClipOrigin(NamedTuple):
  """What is counted of a clip of a joined set, also of one that is left out.

  Attributes:
    database: its set.
    original: its class there.
    fps: frames per second.
  """

  database: str
  original: str
  fps: float


@dataclasses.dataclass(frozen=True)
class LabelledSet:
  """Labelled clips of one prepared set, or of several as if they were one.

  In a joined set the names of subjects and clips begin with that of their set, and
  classes are the union of the sets' own, sorted.

  Attributes:
    builders: the prepared sets, by their names in `dataset.names`; one that is not
      joined has the name ''.
    renamed: the class in place of a set's own; '': its clips are left out.
  """

  builders: Mapping[str, PreparedSet]
  renamed: Mapping[str, str] = dataclasses.field(default_factory=dict)

  @property
  def is_joined(self) -> bool:
    """Whether names tell the sets apart."""
    return '' not in self.builders

  @property
  def name(self) -> str:
    """Dataset, config and version of each set, in TFDS's form."""
    return ' + '.join(builder.info.full_name for builder in self.builders.values())

  @property
  def data_path(self) -> os.PathLike:
    """The folder of the first set, which keeps the floors of all."""
    return next(iter(self.builders.values())).data_path

  @property
  def place(self) -> str:
    """The folders, for messages."""
    return ', '.join(str(builder.data_path) for builder in self.builders.values())

  @property
  def most_clips(self) -> int:
    """How many clips there are, with those that are left out."""
    splits = [b.info.splits.values() for b in self.builders.values()]
    return sum(split.num_examples for own in splits for split in own)

  @property
  def classes(self) -> tuple[str, ...]:
    """The names of the classes.

    Raises:
      InputError: a set has no labels.
    """
    own = [classes_of(builder) for builder in self.builders.values()]
    if not self.is_joined:
      return own[0]
    return tuple(sorted({self.renamed.get(c, c) for each in own for c in each} - {''}))

  @property
  def subject_folds(self) -> tuple[tuple[str, ...], ...]:
    """The set's own lists of subjects; joined sets have none."""
    if self.is_joined:
      return ()
    return set_metadata.subject_folds(self.builders[''])

  @property
  def black_sides(self) -> float:
    """The share of the width that is black on each side of every clip."""
    return min(map(set_metadata.black_sides, self.builders.values()))

  @property
  def alignment(self) -> dict[str, str]:
    """How the faces of the first set were cut out, by flag."""
    return set_metadata.alignment(next(iter(self.builders.values())))

  def clips(self, found: list[ClipOrigin] | None = None) -> Iterator[PreparedClip]:
    """Yields every clip that isn't left out; its label is of `classes`.

    Args:
      found: of joined sets, the origin of every clip is appended to it.

    Raises:
      InputError: a record can't be read.
    """
    place = {name: number for number, name in enumerate(self.classes)}
    for database, builder in self.builders.items():
      own = classes_of(builder)
      for record in records.of(builder):
        if not self.is_joined:
          yield record
          continue
        original = own[record.label]
        if found is not None:
          found.append(ClipOrigin(database, original, record.fps))
        if name := self.renamed.get(original, original):
          yield record._replace(
            label=place[name],
            subject=f'{database}/{record.subject}',
            clip=f'{database}/{record.clip}',
            database=database,
          )

  def origins(self, found: Sequence[ClipOrigin]) -> tuple[Origin, ...]:
    """What each joined set has, from the origins of all its clips."""
    return tuple(
      self._origin(database, [one for one in found if one.database == database])
      for database in self.builders
      if self.is_joined
    )

  def _origin(self, database: str, found: Sequence[ClipOrigin]) -> Origin:
    builder, counts = self.builders[database], Counter(one.original for one in found)
    return Origin(
      database=database,
      classes=tuple(
        (name, self.renamed.get(name, name), counts[name])
        for name in classes_of(builder)
      ),
      fps=float(np.median([one.fps for one in found])),
      alignment=set_metadata.alignment(builder),
      black_sides=set_metadata.black_sides(builder),
    )


def as_labelled(prepared: PreparedSet | LabelledSet) -> LabelledSet:
  """A prepared set as one that isn't joined; joined sets as they are."""
  return prepared if isinstance(prepared, LabelledSet) else LabelledSet({'': prepared})


def classes_of(builder: PreparedSet) -> tuple[str, ...]:
  """The classes of a prepared set.

  Raises:
    InputError: it has no labels.
  """
  if 'label' not in builder.info.features:
    raise InputError(
      f'{pathlib.Path(builder.data_path)}: has action units and no labels; set '
      '--config.task.kind=detection, as launch/bp4d.py does'
    )
  return tuple(builder.info.features['label'].names)
