"""Section `dataset` of a launch file."""

import dataclasses

from stc_jax.errors import require, require_choice

STRONGEST = ('last', 'most_changed')


@dataclasses.dataclass(frozen=True)
class DatasetConfig:
  """Section `dataset` of a launch file; launch/default.py explains its fields."""

  name: str
  builder_config: str
  strongest_frame: str
  neutral_share: float

  def __post_init__(self):
    """Checks what the types can't."""
    require(
      bool(self.name),
      'name',
      self.name,
      'name a dataset; take a launch file of one, such as --config=launch/synthetic.py',
    )
    require_choice('strongest_frame', self.strongest_frame, STRONGEST)
    share = self.neutral_share
    require(0 <= share < 1, 'neutral_share', share, 'lie in 0 to below 1; 0: no class')
