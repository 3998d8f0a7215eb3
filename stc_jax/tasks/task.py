"""What every task offers; a new one is a class like this, and a line in `registry`."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Array, Float, Int

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial


class Task(Protocol):
  """How a network's outputs meet their targets, and what follows from them.

  Attributes:
    kind: its name in the section `task` of a launch file.
    samplings: the values of `input.sampling` that go with it.
    reads: the fields of a launch file, 'section.field', that some tasks read and this
      one does; the others refuse them.
    activation: from logits to probabilities, 'softmax' or 'sigmoid'.
    metrics: the names of the sums that `sums` returns.
    sample: about how many training examples of a trial are predicted, too.
  """

  kind: str
  samplings: tuple[str, ...]
  reads: frozenset[str]
  activation: str
  metrics: tuple[str, ...]
  sample: int

  @classmethod
  def of(cls, **fields: Any) -> Self:
    """Makes a task from all fields of its section but `kind`.

    Raises:
      InputError: a field is out of its range; the line starts with the field's name.
    """

  # What it is trained on.

  def read(
    self, builder: PreparedSet, size: InputConfig, neutral_share: float
  ) -> ClipSet:
    """Reads the examples of a prepared set, with their targets.

    Raises:
      InputError: the set has no such targets, or can't be read.
    """

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses, before hours of training, a trial that nothing can be learnt from.

    Raises:
      InputError: it is such a trial.
    """

  def check_names(self, names: tuple[str, ...]) -> None:
    """Checks the names of a finished model's outputs.

    Raises:
      InputError: they don't go with the task's fields.
    """

  # How a network learns it; all of it on the device, but for `weights`.

  def weights(self, targets: Int[np.ndarray, 'n *a'], outputs: int) -> np.ndarray:
    """What the loss needs to know of all targets of a training side."""

  def targets(self, targets: Int[Array, 'b *a'], weights: Array) -> Any:
    """What the loss takes of a batch."""

  def losses(self, logits: Float[Array, 'b n'], targets: Any) -> Float[Array, 'b']:
    """The loss of each example."""

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """What each logit says."""

  def sums(self, logits: Float[Array, 'b n'], targets: Any) -> Mapping[str, Array]:
    """What a batch adds to the metrics, to be divided by its `count` in the end."""
