"""Section `dataset` of a launch file."""

import dataclasses

from stc_jax.errors import require, require_choice

STRONGEST = ('last', 'most_changed')
# Left out of a run's identity where one set is named: older runs don't have them.
_OF_JOINED = ('names', 'classes', 'balanced')


@dataclasses.dataclass(frozen=True)
class DatasetConfig:
  """Section `dataset` of a launch file; launch/default.py explains its fields."""

  name: str
  builder_config: str
  strongest_frame: str
  neutral_share: float
  names: tuple[str, ...] = ()
  classes: tuple[tuple[str, str], ...] = ()
  balanced: bool = False

  def __post_init__(self):
    """Checks what the types can't."""
    require(
      bool(self.name or self.names),
      'name',
      self.name,
      'name a dataset; take a launch file of one, such as --config=launch/synthetic.py',
    )
    require_choice('strongest_frame', self.strongest_frame, STRONGEST)
    share = self.neutral_share
    require(0 <= share < 1, 'neutral_share', share, 'lie in 0 to below 1; 0: no class')
    self._check_joined()

  def _check_joined(self) -> None:
    names, sources = self.names, [source for source, _ in self.classes]
    words = f"stand alone: set --config.dataset.name='', which is {self.name!r}"
    require(not (names and self.name), 'names', names, words)
    words = "be empty: write 'name/config' in dataset.names"
    builder_config = self.builder_config
    require(not (names and builder_config), 'builder_config', builder_config, words)
    fits = all(name and name.count('/') < 2 for name in names)
    require(fits, 'names', names, "be such as ('ck_plus', 'clip_folder/mine')")
    require(len(set(names)) == len(names), 'names', names, 'name each set once')
    for field, given in (('classes', self.classes), ('balanced', self.balanced)):
      words = "be left out: it is of joined sets, such as names=('ck_plus', 'mmi')"
      require(bool(names) or not given, field, given, words)
    once = len(set(sources)) == len(sources)
    require(once, 'classes', self.classes, 'have each class of the sets once')

  @property
  def sets(self) -> tuple[tuple[str, str], ...]:
    """Name and builder config of each set."""
    if not self.names:
      return ((self.name, self.builder_config),)
    parts = (name.partition('/') for name in self.names)
    return tuple((name, builder_config) for name, _, builder_config in parts)

  @property
  def written(self) -> tuple[str, ...]:
    """The sets as `names` would have them: the config after a slash."""
    return tuple('/'.join(filter(None, one)) for one in self.sets)

  def decisive(self) -> dict:
    """The fields that identify a run."""
    fields = dataclasses.asdict(self)
    return {k: v for k, v in fields.items() if self.names or k not in _OF_JOINED}
