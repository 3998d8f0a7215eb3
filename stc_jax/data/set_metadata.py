"""What a prepared set's description says of all its clips."""

from stc_jax.data.prepared_set import PreparedSet
from stc_jax.faces.face_crop import black_columns


def black_sides(builder: PreparedSet) -> float:
  """The black share of the width on each side; sets before 1.1.0 don't record it."""
  metadata, width = builder.info.metadata or {}, _sides_of(builder)[1]
  is_cut = metadata.get('recipe', {}).get('align') == 'mtcnn'
  columns = metadata.get('black_columns', black_columns(width) if is_cut else 0)
  return columns / width


def alignment(builder: PreparedSet) -> dict[str, str]:
  """How the faces of a set were cut out, by flag."""
  recipe = (builder.info.metadata or {}).get('recipe', {})
  return dict(recipe) | {'size': '{} x {}'.format(*_sides_of(builder))}


def subject_folds(builder: PreparedSet) -> tuple[tuple[str, ...], ...]:
  """The set's own lists of subjects."""
  return tuple(map(tuple, (builder.info.metadata or {}).get('subject_folds', ())))


def _sides_of(builder: PreparedSet) -> tuple[int, int]:
  """Height and width of the prepared frames."""
  return builder.info.features['frames'].shape[1:3]
