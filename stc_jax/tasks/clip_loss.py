"""The loss of classification: softmax and cross-entropy."""

import dataclasses
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int

# How often a face of a video is at rest, for each time that it shows an expression.
_AT_REST = 12.0


class Labels(NamedTuple):
  """The targets of classification.

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
  "Long-tail learning via logit adjustment", eq. 10), so that a rare class needs a
  wider margin from the others. If all are equally frequent, nothing changes.

  Attributes:
    adjustment: the factor of the logarithm of a class's frequency, which is added to
      its logit.
  """

  adjustment: float = 0.0
  activation: ClassVar = 'softmax'
  metrics: ClassVar = ('loss', 'correct', 'count')

  def weights(
    self,
    labels: Int[np.ndarray, 'n'],
    classes: int,
    at_rest: Bool[np.ndarray, 'n'] | None = None,
  ) -> Float[np.ndarray, '{classes}']:
    """The offsets computed from the training labels; see `Task.weights`.

    An offset is the logarithm of a class's frequency in training over the frequency
    that the network is to expect. Faces at rest are expected twelve times as often as
    all expressions together: a label other than rest needs more evidence.
    """
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    offsets = self.adjustment * np.log(counts / counts.max())
    if at_rest is not None:
      rest = labels[at_rest.argmax()]
      expected = counts / np.exp(offsets)
      expressions = expected.sum() - expected[rest]
      offsets[rest] = np.log(counts[rest] / (_AT_REST * expressions))
    return offsets.astype(np.float32)

  def targets(self, labels: Int[Array, 'b'], weights: Float[Array, 'n']) -> Labels:
    """The targets of a batch, for the loss."""
    return Labels(labels, weights)

  def losses(self, logits: Float[Array, 'b n'], labels: Labels) -> Float[Array, 'b']:
    """Cross-entropy of each example."""
    targets = jax.nn.one_hot(labels.classes, logits.shape[-1], dtype=logits.dtype)
    return optax.softmax_cross_entropy(logits + labels.offsets, targets)

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """The probability of each class."""
    return jax.nn.softmax(logits)

  def sums(
    self, logits: Float[Array, 'b n'], labels: Labels
  ) -> dict[str, Float[Array, '']]:
    """The metric sums of a batch; in the end they are divided by `count`."""
    correct = (logits.argmax(axis=-1) == labels.classes).sum()
    return {
      'loss': self.losses(logits, labels).sum(),
      'correct': correct.astype(jnp.float32),
      'count': jnp.float32(len(labels.classes)),
    }
