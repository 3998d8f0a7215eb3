"""The people of a set's clips, by set, as the bundles of models name them."""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Bool

from stc_jax.data import catalogue
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.errors import InputError

Person = tuple[str, str]  # the set, by its full name without the version; the subject


class ClipPeople:
  """The people of a set's clips, and whether a model was trained on them.

  Args:
    dataset: the section of the set.
    data_dir: of prepared sets.
    clip_set: the set.
  """

  def __init__(self, dataset: DatasetConfig, data_dir: str, clip_set: ClipSet):
    self._data_dir, self._full_names = data_dir, {}
    databases = clip_set.databases or dataset.written * len(clip_set)
    pairs = zip(databases, clip_set.subjects, strict=True)
    if clip_set.databases:
      pairs = ((name, subject.removeprefix(f'{name}/')) for name, subject in pairs)
    self.people: list[Person] = [(self._full_name(n), subject) for n, subject in pairs]

  def trained(
    self, subjects: Mapping[str, tuple[str, ...]] | None
  ) -> Bool[np.ndarray, 'n']:
    """Whether each clip's subject is among a bundle's training subjects."""
    known = set(self._people_of(subjects or {}))
    return np.array([person in known for person in self.people], bool)

  def namesakes(self, subjects: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Subjects whose names are also of training subjects of another config."""
    known = {
      (name.partition('/')[0], subject): name
      for name, subject in self._people_of(subjects)
    }
    found = {
      subject
      for name, subject in self.people
      if known.get((name.partition('/')[0], subject), name) != name
    }
    return sorted(found)

  def _people_of(self, subjects: Mapping[str, tuple[str, ...]]) -> Iterator[Person]:
    for name, own in subjects.items():
      yield from ((self._full_name(name), subject) for subject in own)

  def _full_name(self, name: str) -> str:
    """Dataset and config of a set, also where `name` leaves the default one out."""
    if name not in self._full_names:
      self._full_names[name] = name
      with contextlib.suppress(InputError):  # it isn't prepared here
        parts = name.partition('/')[::2]
        found = catalogue.prepared_builder(*parts, self._data_dir).info.full_name
        self._full_names[name] = found.rpartition('/')[0]
    return self._full_names[name]
