"""How a task names columns and labels of a video's predictions."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Shaped

_ACTIVE = 0.5  # the least probability of an action unit in a label


@runtime_checkable
class Labelling(Protocol):
  """Names columns and labels; a part of every task."""

  def column_of(self, name: str) -> str:
    """The column of a table that holds an output's probability."""

  def labels_of(
    self, probabilities: Float[np.ndarray, 'm n'], names: Sequence[str]
  ) -> list[str]:
    """The label of each row of probabilities; '' for NaN."""

  def named_by(
    self, labels: Shaped[np.ndarray, 'm'], names: Sequence[str]
  ) -> Bool[np.ndarray, 'm n']:
    """Which outputs each label, as of `labels_of`, names; none for ''."""

  def caption_of(self, label: str, probability: float) -> str:
    """How a picture shows a label; `probability` is that of its first output."""


class ClassLabelling:
  """Labels that are one of several classes; see `Labelling`."""

  def column_of(self, name: str) -> str:
    """See `Labelling`."""
    return f'probability_{name}'

  def labels_of(
    self, probabilities: Float[np.ndarray, 'm n'], names: Sequence[str]
  ) -> list[str]:
    """The class of the highest probability."""
    best = np.where(np.isnan(probabilities), -1, probabilities).argmax(axis=1)
    is_known = ~np.isnan(probabilities[:, 0])
    return [names[b] if k else '' for b, k in zip(best, is_known, strict=True)]

  def named_by(
    self, labels: Shaped[np.ndarray, 'm'], names: Sequence[str]
  ) -> Bool[np.ndarray, 'm n']:
    """The class alone."""
    return labels[:, None] == np.array(names)

  def caption_of(self, label: str, probability: float) -> str:
    """The class with its probability."""
    return f'{label} {100 * probability:.0f} %'


class UnitLabelling:
  """Labels of several action units; see `Labelling`."""

  def column_of(self, name: str) -> str:
    """See `Labelling`."""
    return f'au_{int(name.removeprefix("AU")):02}'

  def labels_of(
    self, probabilities: Float[np.ndarray, 'm n'], names: Sequence[str]
  ) -> list[str]:
    """All action units with a probability of at least 0.5, joined by '+'."""
    is_active = probabilities >= _ACTIVE  # NaN isn't
    return [
      '+'.join(name for name, active in zip(names, row, strict=True) if active)
      for row in is_active
    ]

  def named_by(
    self, labels: Shaped[np.ndarray, 'm'], names: Sequence[str]
  ) -> Bool[np.ndarray, 'm n']:
    """Each action unit between two '+'."""
    parts = [set(label.split('+')) for label in labels.tolist()]
    named = [name in part for part in parts for name in names]
    return np.array(named, bool).reshape(len(labels), len(names))

  def caption_of(self, label: str, probability: float) -> str:
    """The action units without a probability, as each has its own."""
    del probability
    return label
