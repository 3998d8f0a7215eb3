"""A prepared set as the test of a finished model: its targets become the model's."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from stc_jax.data.clip_set import ClipSet
from stc_jax.errors import InputError


class MatchedSet(NamedTuple):
  """A set whose targets are a model's outputs.

  Attributes:
    clip_set: the set; the targets of examples that aren't `kept` mean nothing.
    kept: the examples whose targets the model knows.
    left_out: the other classes, with the number of their examples.
    lacking: the model's outputs that no example shows.
  """

  clip_set: ClipSet
  kept: Int[np.ndarray, 'm']
  left_out: dict[str, int]
  lacking: tuple[str, ...]


def match_classes(clip_set: ClipSet, names: Sequence[str]) -> MatchedSet:
  """Matches the classes of a set with those of a model, by name.

  Raises:
    InputError: they have no class in common.
  """
  place = {name: number for number, name in enumerate(names)}
  numbers = np.array([place.get(name, -1) for name in clip_set.names], np.int32)
  targets = numbers[clip_set.targets]
  kept = np.flatnonzero(targets >= 0)
  if not len(kept):
    raise InputError(
      f"{clip_set.name}: no clip is of a class of the model's; it has "
      f'{", ".join(clip_set.names)}, the model {", ".join(names)}; rename its classes, '
      'as in --classes=happy=happiness'
    )
  unknown = Counter(clip_set.names[i] for i in clip_set.targets[targets < 0])
  shown = set(targets[kept].tolist())
  return MatchedSet(
    dataclasses.replace(clip_set, names=tuple(names), targets=np.maximum(targets, 0)),
    kept,
    dict(sorted(unknown.items())),
    tuple(name for number, name in enumerate(names) if number not in shown),
  )
