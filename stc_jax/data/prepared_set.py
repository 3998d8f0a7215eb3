"""What reading a prepared set needs of its TFDS builder, without importing TFDS."""

import os
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class PreparedSet(Protocol):
  """A `tfds.core.DatasetBuilder` whose files are there."""

  info: Any

  @property
  def data_path(self) -> os.PathLike:
    """The folder of the set."""

  def as_data_source(self, split: str) -> Any:
    """The records of a split, by number."""
