"""Detection: the action units that each frame shows, some of them unknown."""

import dataclasses
from typing import ClassVar, NamedTuple, Self

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int8

from stc_jax.data import frame_reading
from stc_jax.data.clip_set import UNKNOWN, ClipSet
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.data.sampling import FRAME_SAMPLINGS
from stc_jax.errors import InputError, require, require_choice

POSITIVE_WEIGHTS = ('none', 'balanced')
_MOST_AU = 99


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
    aus: their numbers.
    balanced: whether the frames that show an action unit count in all as much as those
      that don't.
  """

  aus: tuple[int, ...] = ()
  balanced: bool = False
  kind: ClassVar = 'detection'
  samplings: ClassVar = tuple(FRAME_SAMPLINGS)
  reads: ClassVar = frozenset({'task.positive_weight'})
  activation: ClassVar = 'sigmoid'
  sample: ClassVar = 4096  # that thresholds are chosen on
  metrics: ClassVar = ('loss', 'correct', 'count')

  @classmethod
  def of(
    cls, *, aus: tuple[int, ...], logit_adjustment: float, positive_weight: str
  ) -> Self:
    """See `Task.of`."""
    del logit_adjustment
    require_choice('positive_weight', positive_weight, POSITIVE_WEIGHTS)
    different = len(set(aus)) == len(aus) > 0
    valid = different and all(1 <= number <= _MOST_AU for number in aus)
    require(valid, 'aus', aus, 'be different numbers of action units')
    return cls(aus, positive_weight == 'balanced')

  def read(
    self, builder: PreparedSet, size: InputConfig, neutral_share: float
  ) -> ClipSet:
    """Opens the coded frames; see `frame_reading.read`."""
    del neutral_share
    return frame_reading.read(builder, size, self.aus)

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses a training side that always shows an action unit, or never."""
    targets = clip_set.targets[trial.train]
    for name, column in zip(clip_set.names, targets.T, strict=True):
      if not ((column == 0).any() and (column == 1).any()):
        which = 'shows' if (column == 0).any() else 'lacks'
        raise InputError(
          f'trial {trial.name}: no frame of the training side of {clip_set.name} '
          f'{which} {name}; leave it out of --config.task.aus, or set another '
          '--config.protocol'
        )

  def check_names(self, names: tuple[str, ...]) -> None:
    """Each action unit has one."""
    fits = len(names) == len(self.aus)
    require(fits, 'names', names, f'be as many as task.aus, {len(self.aus)}')

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
