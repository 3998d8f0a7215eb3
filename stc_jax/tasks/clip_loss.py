"""The loss of classification: softmax and cross-entropy."""

import dataclasses
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int


class Labels(NamedTuple):
  """What classification should say.

  Attributes:
    classes: of each example.
    offsets: of each class, added to the logits that a loss sees.
  """

  classes: Int[Array, 'b']
  offsets: Float[Array, 'n']


@dataclasses.dataclass(frozen=True)
class ClassificationLoss:
  """Softmax, cross-entropy and accuracy of one label an example.

  The loss sees logits adjusted by the classes' frequencies (Menon et al. 2021,
  "Long-tail learning via logit adjustment", eq. 10), so that a rare class must be told
  from the others by a wider margin; where all are as frequent nothing changes.

  Attributes:
    adjustment: how often the logarithm of its frequency is added to a class's logit.
  """

  adjustment: float = 0.0
  activation: ClassVar = 'softmax'
  metrics: ClassVar = ('loss', 'correct', 'count')

  def weights(
    self, labels: Int[np.ndarray, 'n'], classes: int
  ) -> Float[np.ndarray, '{classes}']:
    """The offsets that follow from a training side's labels: 0 of the most frequent."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return (self.adjustment * np.log(counts / counts.max())).astype(np.float32)

  def targets(self, labels: Int[Array, 'b'], weights: Float[Array, 'n']) -> Labels:
    """What the loss takes of a batch."""
    return Labels(labels, weights)

  def losses(self, logits: Float[Array, 'b n'], labels: Labels) -> Float[Array, 'b']:
    """Cross-entropy of each example."""
    targets = jax.nn.one_hot(labels.classes, logits.shape[-1], dtype=logits.dtype)
    return optax.softmax_cross_entropy(logits + labels.offsets, targets)

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """Of each class."""
    return jax.nn.softmax(logits)

  def sums(
    self, logits: Float[Array, 'b n'], labels: Labels
  ) -> dict[str, Float[Array, '']]:
    """What a batch adds to the metrics, to be divided by its `count` in the end."""
    correct = (logits.argmax(axis=-1) == labels.classes).sum()
    return {
      'loss': self.losses(logits, labels).sum(),
      'correct': correct.astype(jnp.float32),
      'count': jnp.float32(len(labels.classes)),
    }
