"""Classification: one label a clip."""

import dataclasses
from typing import ClassVar, NamedTuple, Self

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from stc_jax.data import reading
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.data.sampling import SAMPLINGS
from stc_jax.errors import InputError, require

_MOST_ADJUSTMENT = 100.0


class Labels(NamedTuple):
  """What classification should say.

  Attributes:
    classes: of each example.
    offsets: of each class, added to the logits that a loss sees.
  """

  classes: Int[Array, 'b']
  offsets: Float[Array, 'n']


@dataclasses.dataclass(frozen=True)
class Classification:
  """One label an example: softmax, cross-entropy, accuracy.

  The loss sees logits adjusted by the classes' frequencies (Menon et al. 2021,
  "Long-tail learning via logit adjustment", eq. 10), so that a rare class must be told
  from the others by a wider margin; where all are as frequent nothing changes.

  Attributes:
    adjustment: how often the logarithm of its frequency is added to a class's logit.
  """

  adjustment: float = 0.0
  sample: ClassVar = 0
  kind: ClassVar = 'classification'
  samplings: ClassVar = tuple(SAMPLINGS)
  reads: ClassVar = frozenset(
    {'dataset.neutral_share', 'dataset.strongest_frame', 'task.logit_adjustment'}
  )
  activation: ClassVar = 'softmax'
  metrics: ClassVar = ('loss', 'correct', 'count')

  @classmethod
  def of(
    cls, *, aus: tuple[int, ...], logit_adjustment: float, positive_weight: str
  ) -> Self:
    """See `Task.of`."""
    bounded = 0 <= logit_adjustment <= _MOST_ADJUSTMENT
    words = f'lie in 0 to {_MOST_ADJUSTMENT:g}'
    require(bounded, 'logit_adjustment', logit_adjustment, words)
    require(not aus, 'aus', aus, f'be empty where kind is {cls.kind!r}')
    words = f"be 'none' where kind is {cls.kind!r}, which has logit_adjustment"
    require(positive_weight == 'none', 'positive_weight', positive_weight, words)
    return cls(logit_adjustment)

  def read(
    self, builder: PreparedSet, size: InputConfig, neutral_share: float
  ) -> ClipSet:
    """Reads clips with their labels; see `reading.read`."""
    return reading.read(builder, size, neutral_share)

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses a training side of one class."""
    classes = set(clip_set.targets[trial.train].tolist())
    if len(classes) < 2:
      found = ', '.join(clip_set.names[c] for c in classes) or 'no clip at all'
      raise InputError(
        f'trial {trial.name}: the training side of {clip_set.name} has one class alone '
        f'({found}); set another --config.protocol.folds, or --config.protocol.unit'
      )

  def check_names(self, names: tuple[str, ...]) -> None:
    """Classes may have any names."""

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
