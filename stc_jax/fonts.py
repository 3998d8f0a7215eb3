"""The font of all pictures, and what is drawn of names that it has no letters for.

It comes with Matplotlib, so that pictures are the same on every machine.
"""

import contextlib
import functools
import pathlib
import unicodedata
import warnings
from collections.abc import Iterator, Sequence

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

FAMILY = 'DejaVu Sans'
PATH = pathlib.Path(mpl.get_data_path(), 'fonts', 'ttf', 'DejaVuSans.ttf')
# Without shaping, letters that run from right to left come out in the wrong order.
_SHAPED = {'R', 'AL'}


def drawn(names: Sequence[str]) -> list[str]:
  """The names as pictures have them: what can't be drawn is 'class 2', by its place."""
  return [
    name if _can_draw(name) else f'class {number}'
    for number, name in enumerate(names, start=1)
  ]


def notes(names: Sequence[str]) -> tuple[str, ...]:
  """A sentence on the names that pictures replace, if there are any."""
  replaced = [
    f'{shown} is {name}'
    for name, shown in zip(names, drawn(names), strict=True)
    if name != shown
  ]
  if not replaced:
    return ()
  return (f'the font of pictures lacks some letters: there {", ".join(replaced)}',)


@contextlib.contextmanager
def boxes_for_the_rest() -> Iterator[None]:
  """Lets Matplotlib draw boxes for letters of titles that it lacks, without a word."""
  with warnings.catch_warnings():
    warnings.filterwarnings('ignore', message=r'.*[Gg]lyph .* missing')
    warnings.filterwarnings('ignore', message='Matplotlib currently does not support')
    yield


def _can_draw(text: str) -> bool:
  return all(
    ord(letter) in _letters() and unicodedata.bidirectional(letter) not in _SHAPED
    for letter in text
  )


@functools.cache
def _letters() -> frozenset[int]:
  return frozenset(FT2Font(str(PATH)).get_charmap())
