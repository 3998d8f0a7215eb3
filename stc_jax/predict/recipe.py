"""How faces are cut out for a model: its bundle's words as an `Alignment`."""

import re

from stc_jax.errors import InputError, require
from stc_jax.faces.alignment import Alignment

_SIZE = re.compile(r'(\d{1,4}) x (\d{1,4})')
_MOST_SIDE = 2048  # pixels of a crop
_MOST_GAP = 10_000  # frames


def alignment(noted: dict[str, str], align: str = '') -> Alignment:
  """As training clips were cut out, or as is asked.

  Args:
    noted: a bundle's `alignment`.
    align: as `Alignment.align`; '': as noted.

  Raises:
    InputError: what is noted can't be followed.
  """
  size = _side(noted.get('size', '64 x 64'))
  trained = noted.get('align', 'none')
  if (align or trained) != trained or trained == 'none':
    return Alignment(align=align or trained, size=size)
  for field in ('roll', 'smooth', 'max_gap'):
    require(field in noted, f'alignment.{field}', noted.get(field), 'be there')
  gap = _number('max_gap', noted['max_gap'])
  whole = gap == int(gap) and 0 <= gap <= _MOST_GAP
  require(whole, 'alignment.max_gap', noted['max_gap'], f'be a count up to {_MOST_GAP}')
  smooth = _number('smooth', noted['smooth'])
  return Alignment(trained, noted['roll'], smooth, int(gap), size)


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
