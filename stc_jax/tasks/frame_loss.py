"""The loss of detection: sigmoid and binary cross-entropy."""

import dataclasses
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int8

from stc_jax.data.clip_set import UNKNOWN


class Marks(NamedTuple):
  """The targets of detection.

  Attributes:
    shown: 1 or 0 for each action unit.
    weight: how much each counts; 0 where it is unknown.
  """

  shown: Float[Array, 'b a']
  weight: Float[Array, 'b a']


@dataclasses.dataclass(frozen=True)
class DetectionLoss:
  """Sigmoid and binary cross-entropy of many action units, some of them unknown.

  Attributes:
    balanced: whether the frames that show an action unit have together the same weight
      as those that don't.
  """

  balanced: bool = False
  activation: ClassVar = 'sigmoid'
  metrics: ClassVar = ('loss', 'correct', 'count')

  def weights(
    self, targets: Int8[np.ndarray, 'n a'], aus: int, at_rest: None = None
  ) -> Float[np.ndarray, '2 {aus}']:
    """The weights of training frames that don't show, and do show, an action unit."""
    del aus, at_rest
    shares = np.stack([(targets == value).sum(axis=0) for value in (0, 1)])
    shares = shares / np.maximum(shares.sum(axis=0), 1)
    if not self.balanced:
      return np.ones(shares.shape, np.float32)
    return (0.5 / np.maximum(shares, 1 / len(targets))).astype(np.float32)

  def targets(self, aus: Int8[Array, 'b a'], weights: Float[Array, '2 a']) -> Marks:
    """The targets of a batch, for the loss."""
    shown = (aus == 1).astype(jnp.float32)
    weight = jnp.where(aus == 1, weights[1], weights[0])
    return Marks(shown, jnp.where(aus == UNKNOWN, 0.0, weight))

  def losses(self, logits: Float[Array, 'b a'], marks: Marks) -> Float[Array, 'b']:
    """The weighted mean of each frame's known action units; 0 where none is known."""
    each = optax.sigmoid_binary_cross_entropy(logits, marks.shown) * marks.weight
    return each.sum(axis=-1) / self._known(marks)

  def probabilities(self, logits: Float[Array, 'b a']) -> Float[Array, 'b a']:
    """The probability of each action unit."""
    return jax.nn.sigmoid(logits)

  def sums(
    self, logits: Float[Array, 'b a'], marks: Marks
  ) -> dict[str, Float[Array, '']]:
    """As `Task.sums`; a frame adds its share of correct known action units."""
    known = marks.weight > 0
    right = ((logits > 0) == (marks.shown > 0)) & known
    count = known.any(axis=-1).sum().astype(jnp.float32)
    return {
      'loss': self.losses(logits, marks).sum(),
      'correct': (right.sum(axis=-1) / self._known(marks)).sum(),
      'count': jnp.maximum(count, 1),  # if none is known, the others are 0
    }

  def _known(self, marks: Marks) -> Float[Array, 'b']:
    return jnp.maximum((marks.weight > 0).sum(axis=-1), 1)
