"""Puts finished shards into the folder of a TFDS set."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import tensorflow_datasets as tfds
from tensorflow_datasets.core import naming

from stc_jax.datasets.recorded.work_folder import FinishedShard


def take_over(
  shards: Iterable[FinishedShard],
  template_of: Callable[[str], naming.ShardedFileTemplate],
) -> list[tfds.core.SplitInfo]:
  """Gives shards the names that TFDS reads; shards without records are left out.

  The files stay in the work folder, too, until that is removed: a stop at this moment
  costs nothing.

  Args:
    shards: those of a whole set.
    template_of: the names of a split's files.
  """
  splits = defaultdict(list)
  for shard in shards:
    if shard.used:
      splits[shard.split].append(shard)
  return [_split(name, template_of(name), found) for name, found in splits.items()]


def _split(
  name: str, template: naming.ShardedFileTemplate, shards: list[FinishedShard]
) -> tfds.core.SplitInfo:
  for number, shard in enumerate(shards):
    place = template.sharded_filepath(shard_index=number, num_shards=len(shards))
    _link(shard.path, Path(place))
  return tfds.core.SplitInfo(
    name=name,
    shard_lengths=[len(shard.used) for shard in shards],
    num_bytes=sum(shard.num_bytes for shard in shards),
    filename_template=template,
  )


def _link(path: Path, place: Path) -> None:
  """Makes `place` another name of a file, or a copy where that is impossible."""
  try:
    os.link(path, place)
  except OSError:
    shutil.copyfile(path, place)
