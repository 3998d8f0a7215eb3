import pytest
from small import configs

from stc_jax.errors import InputError
from stc_jax.models import shapes
from stc_jax.models.notation import Conv, check_input, parse

PAPER = 'I(64,64,18)-C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-FC18-S6'


def test_the_papers_string():
  architecture = parse(PAPER)
  assert architecture.size == (64, 64, 18)
  assert architecture.convs == (
    Conv(3, 64, norm=True, pool=True),
    Conv(3, 64, norm=True, pool=True),
    Conv(3, 64, norm=False, pool=False),
    Conv(3, 64, norm=False, pool=True),
    Conv(3, 64, norm=False, pool=False),
  )
  assert architecture.hidden == (18,)


def test_layer_table_is_the_papers_table_1():
  rows = shapes.layer_table(configs.PAPER, configs.VIDEO)
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
    'I(64,64,18)-S6',
    'I(64,64,18)-C(3,64)',
    'I(64,64,18)-C(3,64)-P2-BN-S6',
    'I(64,64,18)-D(3,64)-S6',
    'I(64,64,18)-C(3,0)-S6',
    'C(3,64)-I(64,64,18)-S6',
  ],
)
def test_a_bad_string_is_quoted(notation):
  with pytest.raises(InputError, match=r'^notation: ') as caught:
    parse(notation)
  assert repr(notation) in str(caught.value)


def test_the_input_s_size_may_be_left_out_and_must_agree():
  check_input('C(3,4)-P2-C(3,4)-P2-S', 4, 4, 18)
  check_input('I(4,6,18)-C(3,4)-P2-S', 4, 6, 18)
  with pytest.raises(InputError, match=r'I\(4, 6, 18\) disagrees .*\(4, 6, 22\)'):
    check_input('I(4,6,18)-C(3,4)-S', 4, 6, 22)
  with pytest.raises(InputError, match='2 poolings need an input of 4 pixels'):
    check_input('C(3,4)-P2-C(3,4)-P2-S', 9, 3, 18)
