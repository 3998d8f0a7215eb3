import configs
import pytest

from launch.default import PAPER
from stc_jax.errors import InputError
from stc_jax.models import shapes
from stc_jax.models.notation import Conv, parse


def test_the_papers_string():
  architecture = parse(PAPER)
  assert (architecture.height, architecture.width, architecture.frames) == (64, 64, 18)
  assert architecture.convs == (
    Conv(3, 64, norm=True, pool=True),
    Conv(3, 64, norm=True, pool=True),
    Conv(3, 64, norm=False, pool=False),
    Conv(3, 64, norm=False, pool=True),
    Conv(3, 64, norm=False, pool=False),
  )
  assert architecture.hidden == (18,)


def test_layer_table_is_the_papers_table_1():
  rows = shapes.layer_table(configs.PAPER)
  assert [row[2] for row in rows] == [
    '18 x 64 x 64 x 3',
    '18 x 32 x 32 x 64',
    '18 x 16 x 16 x 64',
    '18 x 16 x 16 x 64',
    '18 x 8 x 8 x 64',
  ]
  assert {row[4] for row in rows} == {'18 x 5376'}


@pytest.mark.parametrize(
  'notation',
  [
    '',
    'I(64,64)-C(3,64)-S6',
    'C(3,64)-S6',
    'I(64,64,18)-S6',
    'I(64,64,18)-C(3,64)',
    'I(64,64,18)-C(3,64)-P2-BN-S6',
    'I(64,64,18)-D(3,64)-S6',
    'I(64,64,18)-C(3,0)-S6',
    'I(2,2,18)-C(3,4)-P2-C(3,4)-P2-S6',
  ],
)
def test_a_bad_string_is_quoted(notation):
  with pytest.raises(InputError, match=r'model\.notation') as caught:
    parse(notation)
  assert repr(notation) in str(caught.value)
