"""The paper's one-line notation of a 3D CNN (Yu et al. 2018, sec. 4.2).

    I(64,64,18)-C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-FC18-S6

`I(h,w,t)` is the input: t frames of h x w pixels. `C(k,f)` is a convolution of f
filters of k x k x k, stride 1, same padding; `BN` and `P2` behind it are batch
normalisation and 1 x 2 x 2 max pooling. `FCn` is a fully connected layer, `S`
the softmax; a number behind `S` is allowed for the paper's sake, but the classes come
from the dataset.
"""

import dataclasses
import re

from stc_jax.errors import InputError

_LAYER = {
  'I': re.compile(r'I\((\d+),(\d+),(\d+)\)'),
  'C': re.compile(r'C\((\d+),(\d+)\)'),
  'FC': re.compile(r'FC(\d+)'),
  'S': re.compile(r'S\d*'),
}
_WHOLE = re.compile(r'I(-C(-BN)?(-P2)?)+(-FC)*-S')


@dataclasses.dataclass(frozen=True)
class Conv:
  """A convolution of `filters` cubes of side `kernel`, and what follows it."""

  kernel: int
  filters: int
  norm: bool
  pool: bool


@dataclasses.dataclass(frozen=True)
class Architecture:
  """What a notation string says: the input's size, conv layers, hidden FC widths."""

  height: int
  width: int
  frames: int
  convs: tuple[Conv, ...]
  hidden: tuple[int, ...]


def parse(notation: str) -> Architecture:
  """Reads a notation string.

  Raises:
    InputError: a layer that isn't in the notation, layers out of order, a size of zero,
      or more poolings than the input has pixels for.
  """
  tokens = notation.replace(' ', '').split('-')
  kinds = [_kind(token, notation) for token in tokens]
  if not _WHOLE.fullmatch('-'.join(kinds)):
    raise _bad(
      notation,
      'layers stand as I(h,w,t), then one or more C(k,f)[-BN][-P2], any FCn, and S',
    )
  numbers = [[int(n) for n in re.findall(r'\d+', token)] for token in tokens]
  if any(0 in sizes for sizes in numbers):
    raise _bad(notation, 'every size must be at least 1')
  architecture = Architecture(
    *numbers[0],
    convs=_convs(kinds, numbers),
    hidden=tuple(n[0] for kind, n in zip(kinds, numbers, strict=True) if kind == 'FC'),
  )
  halvings = sum(conv.pool for conv in architecture.convs)
  if min(architecture.height, architecture.width) < 2**halvings:
    raise _bad(notation, f'{halvings} poolings need an input of {2**halvings} pixels')
  return architecture


def _kind(token: str, notation: str) -> str:
  if token in ('BN', 'P2'):
    return token
  for kind, pattern in _LAYER.items():
    if pattern.fullmatch(token):
      return kind
  raise _bad(notation, f'{token!r} is not a layer: I(h,w,t), C(k,f), BN, P2, FCn, S')


def _convs(kinds: list[str], numbers: list[list[int]]) -> tuple[Conv, ...]:
  starts = [i for i, kind in enumerate(kinds) if kind == 'C']
  followers = [kinds[i + 1 : i + 3] for i in starts]
  return tuple(
    Conv(
      *numbers[i],
      norm=after[0] == 'BN',
      pool='P2' in after[: 1 + (after[0] == 'BN')],
    )
    for i, after in zip(starts, followers, strict=True)
  )


def _bad(notation: str, remedy: str) -> InputError:
  return InputError(f'model.notation: {notation!r}: {remedy}')
