"""Tasks: how a network's outputs meet their targets."""

import dataclasses
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, Int8

from stc_jax.data.clip_set import UNKNOWN
from stc_jax.errors import require, require_choice

KINDS = ('classification', 'detection')
POSITIVE_WEIGHTS = ('none', 'balanced')
_MOST_AU = 99
_MOST_ADJUSTMENT = 100.0


@dataclasses.dataclass(frozen=True)
class TaskConfig:
  """Section `task` of a launch file; launch/default.py explains its fields."""

  kind: str
  aus: tuple[int, ...]
  logit_adjustment: float
  positive_weight: str

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('kind', self.kind, KINDS)
    require_choice('positive_weight', self.positive_weight, POSITIVE_WEIGHTS)
    adjustment = self.logit_adjustment
    bounded = 0 <= adjustment <= _MOST_ADJUSTMENT
    words = f'lie in 0 to {_MOST_ADJUSTMENT:g}'
    require(bounded, 'logit_adjustment', adjustment, words)
    if self.kind == 'detection':
      different = len(set(self.aus)) == len(self.aus) > 0
      valid = different and all(1 <= number <= _MOST_AU for number in self.aus)
      require(valid, 'aus', self.aus, 'be different numbers of action units')
    else:
      require(not self.aus, 'aus', self.aus, f'be empty where kind is {self.kind!r}')
      weight = self.positive_weight
      words = f"be 'none' where kind is {self.kind!r}, which has logit_adjustment"
      require(weight == 'none', 'positive_weight', weight, words)


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
    metrics: the names of its sums.
    sample: about how many training examples a trial's model is asked, too.
  """

  adjustment: float = 0.0
  sample: ClassVar = 0
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


class Marks(NamedTuple):
  """What detection should say.

  Attributes:
    shown: 1 or 0 for each action unit.
    weight: how much each counts; 0 where it is unknown.
  """

  shown: Float[Array, 'b a']
  weight: Float[Array, 'b a']


@dataclasses.dataclass(frozen=True)
class Detection:
  """Many action units a frame, some unknown: sigmoid, binary cross-entropy.

  Attributes:
    balanced: whether the frames that show an action unit count in all as much as those
      that don't.
    metrics: the names of its sums.
    sample: about how many training frames thresholds are chosen on.
  """

  balanced: bool = False
  sample: ClassVar = 4096
  metrics: ClassVar = ('loss', 'correct', 'count')

  def weights(
    self, targets: Int8[np.ndarray, 'n a'], aus: int
  ) -> Float[np.ndarray, '2 {aus}']:
    """How much a frame of a training side counts, by what it shows: not, or does."""
    del aus
    shares = np.stack([(targets == value).sum(axis=0) for value in (0, 1)])
    shares = shares / np.maximum(shares.sum(axis=0), 1)
    if not self.balanced:
      return np.ones(shares.shape, np.float32)
    return (0.5 / np.maximum(shares, 1 / len(targets))).astype(np.float32)

  def targets(self, aus: Int8[Array, 'b a'], weights: Float[Array, '2 a']) -> Marks:
    """What the loss takes of a batch."""
    shown = (aus == 1).astype(jnp.float32)
    weight = jnp.where(aus == 1, weights[1], weights[0])
    return Marks(shown, jnp.where(aus == UNKNOWN, 0.0, weight))

  def losses(self, logits: Float[Array, 'b a'], marks: Marks) -> Float[Array, 'b']:
    """The weighted mean of each frame's known action units; 0 where none is known."""
    each = optax.sigmoid_binary_cross_entropy(logits, marks.shown) * marks.weight
    return each.sum(axis=-1) / self._known(marks)

  def probabilities(self, logits: Float[Array, 'b a']) -> Float[Array, 'b a']:
    """Of each action unit."""
    return jax.nn.sigmoid(logits)

  def sums(
    self, logits: Float[Array, 'b a'], marks: Marks
  ) -> dict[str, Float[Array, '']]:
    """As `Classification.sums`; what is right is the share of a frame's known ones."""
    known = marks.weight > 0
    right = ((logits > 0) == (marks.shown > 0)) & known
    count = known.any(axis=-1).sum().astype(jnp.float32)
    return {
      'loss': self.losses(logits, marks).sum(),
      'correct': (right.sum(axis=-1) / self._known(marks)).sum(),
      'count': jnp.maximum(count, 1),  # with none, loss and right are 0
    }

  def _known(self, marks: Marks) -> Float[Array, 'b']:
    return jnp.maximum((marks.weight > 0).sum(axis=-1), 1)


Task = Classification | Detection


def task_of(config: TaskConfig) -> Task:
  """The task of a launch file."""
  if config.kind == 'classification':
    return Classification(config.logit_adjustment)
  return Detection(config.positive_weight == 'balanced')
