"""The paper's one-line notation of a 3D CNN (Yu et al. 2018, sec. 4.2).

    I(64,64,18)-C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-FC18-S6

`C(k,f)` is a convolution of f filters of k x k x k, stride 1, same padding. `BN` and
`P2` after it are batch normalisation and 1 x 2 x 2 max pooling. `FCn` is a fully
connected layer before the softmax `S`. Strings of the paper are read, too: the number
after `S` has no effect, as the classes come from the dataset; `I(h,w,t)`, t frames of
h x w pixels, must agree with section `input` of the launch file.
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
# Far above any network that can be trained; a damaged file must not take hours.
_MOST = {'C': (31, 2**16), 'FC': (2**16,)}
_MOST_LAYERS = 200
_WHOLE = re.compile(r'(I-)?C(-BN)?(-P2)?(-C(-BN)?(-P2)?)*(-FC)*-S')


@dataclasses.dataclass(frozen=True)
class Conv:
  """A convolution of `filters` cubes of side `kernel`, and what follows it."""

  kernel: int
  filters: int
  norm: bool
  pool: bool


@dataclasses.dataclass(frozen=True)
class Architecture:
  """The layers of a notation string.

  Attributes:
    size: height, width and frames of the input, if the string has them.
    convs: the convolutions, first to last.
    hidden: widths of the fully connected layers before the softmax.
  """

  size: tuple[int, int, int] | None
  convs: tuple[Conv, ...]
  hidden: tuple[int, ...]


def parse(notation: str) -> Architecture:
  """Reads a notation string.

  Raises:
    InputError: a layer that isn't in the notation, layers out of order, or a size of
      zero.
  """
  tokens = notation.replace(' ', '').split('-')
  kinds = [_kind(token, notation) for token in tokens]
  if not _WHOLE.fullmatch('-'.join(kinds)):
    raise _bad(
      notation,
      'layers stand as one or more C(k,f)[-BN][-P2], any FCn, and S; I(h,w,t) may lead',
    )
  if len(tokens) > _MOST_LAYERS:
    raise _bad(notation[:80], f'at most {_MOST_LAYERS} layers')
  numbers = [[int(n) for n in re.findall(r'\d+', token)] for token in tokens]
  if any(0 in sizes for sizes in numbers):
    raise _bad(notation, 'every size must be at least 1')
  for kind, sizes in zip(kinds, numbers, strict=True):
    if any(n > most for n, most in zip(sizes, _MOST.get(kind, ()), strict=False)):
      raise _bad(notation, f'the sizes of {kind} are at most {_MOST[kind]}')
  return Architecture(
    size=tuple(numbers[0]) if kinds[0] == 'I' else None,
    convs=_convs(kinds, numbers),
    hidden=tuple(n[0] for kind, n in zip(kinds, numbers, strict=True) if kind == 'FC'),
  )


def check_input(notation: str, height: int, width: int, frames: int) -> None:
  """Checks that a network can read an input of this size.

  Raises:
    InputError: the notation states another size, or the input is too small for its
      poolings.
  """
  architecture = parse(notation)
  if architecture.size not in (None, (height, width, frames)):
    raise _bad(
      notation,
      f'I{architecture.size} disagrees with input.height, input.width and input.frames '
      f'({height}, {width}, {frames}); leave I(h,w,t) out, or set equal values',
    )
  halvings = sum(conv.pool for conv in architecture.convs)
  if min(height, width) < 2**halvings:
    raise _bad(notation, f'{halvings} poolings need an input of {2**halvings} pixels')


def _kind(token: str, notation: str) -> str:
  if token in ('BN', 'P2'):
    return token
  for kind, pattern in _LAYER.items():
    if pattern.fullmatch(token):
      return kind
  raise _bad(notation, f'{token!r} is not a layer: C(k,f), BN, P2, FCn, S, I(h,w,t)')


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
  return InputError(f'notation: {notation!r}: {remedy}')
