"""How faces are cropped for a model: a bundle's `alignment` as an `Alignment`."""

import re

from stc_jax.errors import InputError, require
from stc_jax.faces.alignment import Alignment

_SIZE = re.compile(r'(\d{1,4}) x (\d{1,4})')
_MOST_SIDE = 2048  # pixels of a crop
_MOST_GAP = 10_000  # frames


def alignment(recorded: dict[str, str], align: str = '') -> Alignment:
  """The alignment of the training clips, or another that is chosen.

  Args:
    recorded: a bundle's `alignment`.
    align: as `Alignment.align`; '': that of the training clips.

  Raises:
    InputError: a field of `recorded` is missing or invalid.
  """
  size = _side(recorded.get('size', '64 x 64'))
  trained = recorded.get('align', 'none')
  if (align or trained) != trained or trained == 'none':
    return Alignment(align=align or trained, size=size)
  for field in ('roll', 'smooth', 'max_gap'):
    require(field in recorded, f'alignment.{field}', recorded.get(field), 'be there')
  gap = _number('max_gap', recorded['max_gap'])
  whole = gap == int(gap) and 0 <= gap <= _MOST_GAP
  require(
    whole, 'alignment.max_gap', recorded['max_gap'], f'be a count up to {_MOST_GAP}'
  )
  smooth = _number('smooth', recorded['smooth'])
  return Alignment(trained, recorded['roll'], smooth, int(gap), size)


def _side(words: str) -> int:
  sides = _SIZE.fullmatch(words)
  fits = sides and all(1 <= int(side) <= _MOST_SIDE for side in sides.groups())
  words_must = f"be two numbers of pixels up to {_MOST_SIDE}, such as '64 x 64'"
  require(bool(fits), 'alignment.size', words, words_must)
  return int(sides[1])


def _number(field: str, words: str) -> float:
  try:
    number = float(words)
  except ValueError as error:
    raise InputError(f'alignment.{field}: {words!r} is no number') from error
  finite = abs(number) < float('inf')
  require(finite, f'alignment.{field}', words, 'be finite')
  return number
