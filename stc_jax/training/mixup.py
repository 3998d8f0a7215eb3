"""Mixup: another clip of the batch shines through each (Zhang et al. 2018)."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from stc_jax.data.input import Clips
from stc_jax.data.resident import Batch
from stc_jax.training.mesh import DataAxis


class Mixed(NamedTuple):
  """A batch of mixed clips.

  Attributes:
    clips: `share` of each is its own, the rest its partner's; as long as its own.
    targets, partners: of the clips, and of those that shine through.
    share: from a half to 1.
  """

  clips: Clips
  targets: Any
  partners: Any
  share: Float[Array, 'b']


def shares(key: Array, clips: int, alpha: float) -> Float[Array, 'b']:
  """Of each clip in its mixture: the larger part of Beta(alpha, alpha)."""
  share = jax.random.beta(key, alpha, alpha, (clips,))
  return jnp.maximum(share, 1 - share)


def mixed(batch: Batch, share: Float[Array, 'b'], axis: DataAxis) -> Mixed:
  """Mixes each clip with the one before it, wherever that lies.

  Args:
    batch: this device's rows.
    share: of the same rows.
    axis: the devices that the batch is spread over.
  """

  def partner(rows):
    return axis.own(jnp.roll(axis.whole(rows), 1, axis=0))

  own = share[:, None, None, None, None]
  video = own * batch.clips.video + (1 - own) * partner(batch.clips.video)
  return Mixed(
    batch.clips._replace(video=video),
    batch.targets,
    jax.tree.map(partner, batch.targets),
    share,
  )
