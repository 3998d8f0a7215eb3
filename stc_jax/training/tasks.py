"""Tasks: how a network's outputs meet their targets."""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from stc_jax.data.clip_set import ClipSet

_DIGITS = 7  # of a probability: what float32 holds


@dataclasses.dataclass(frozen=True)
class Classification:
  """One label a clip: softmax, cross-entropy, accuracy.

  Attributes:
    label_smoothing: how far labels are moved towards uniform.
    metrics: the names of its sums.
  """

  label_smoothing: float
  metrics: ClassVar = ('loss', 'correct', 'count')

  def losses(
    self, logits: Float[Array, 'b n'], labels: Int[Array, 'b']
  ) -> Float[Array, 'b']:
    """Cross-entropy of each clip."""
    targets = optax.smooth_labels(
      jax.nn.one_hot(labels, logits.shape[-1], dtype=logits.dtype), self.label_smoothing
    )
    return optax.softmax_cross_entropy(logits, targets)

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """Of each class."""
    return jax.nn.softmax(logits)

  def sums(
    self, logits: Float[Array, 'b n'], labels: Int[Array, 'b']
  ) -> dict[str, Float[Array, '']]:
    """What a batch adds to the metrics, to be divided by its `count` in the end."""
    correct = (logits.argmax(axis=-1) == labels).sum()
    return {
      'loss': self.losses(logits, labels).sum(),
      'correct': correct.astype(jnp.float32),
      'count': jnp.float32(len(labels)),
    }

  def rows(
    self,
    clip_set: ClipSet,
    clips: Int[np.ndarray, 'm'],
    probabilities: Float[np.ndarray, 'm n'],
  ) -> list[dict]:
    """A result row for each tested clip, ready for JSON."""
    return [
      {
        'clip': clip_set.clips[i],
        'subject': clip_set.subjects[i],
        'label': clip_set.classes[clip_set.labels[i]],
        'predicted': clip_set.classes[row.argmax()],
        'probabilities': [round(float(p), _DIGITS) for p in row],
      }
      for i, row in zip(clips, probabilities, strict=True)
    ]

  @staticmethod
  def correct(rows: Sequence[dict]) -> int:
    """How many of the rows are right."""
    return sum(row['label'] == row['predicted'] for row in rows)
