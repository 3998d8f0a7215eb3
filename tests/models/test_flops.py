import math

import pytest
from small import configs

from stc_jax.models import flops
from stc_jax.models.registry import build


def taps_on_pixels(size, k):
  """How many of the k taps at each of `size` places don't fall on the padding."""
  before = (k - 1) // 2
  return sum(0 <= x - before + i < size for x in range(size) for i in range(k))


PAPER = (build('stc_nlstm', configs.PAPER, 6), configs.VIDEO)
ODD = (build('stc_nlstm', configs.SMALL, 6), configs.SMALL_VIDEO)


@pytest.mark.parametrize(('model', 'video'), [PAPER, ODD], ids=['paper', 'odd'])
def test_xla_counts_the_same_convolutions_but_for_taps_on_the_padding(model, video):
  counts = flops.conv_flops(model.config, video)
  layers = zip(counts, flops.conv_shapes(model.config, video), strict=True)
  real = 0
  for count, ((_, *sizes, _), (k, *_)) in layers:
    inside = math.prod(taps_on_pixels(size, k) for size in sizes)
    real += count * inside / math.prod(k * size for size in sizes)
  assert flops.xla_conv_flops(model.config, video) == pytest.approx(real, rel=1e-6)


def test_the_paper_s_network_counted_by_hand():
  convs = 2 * 27 * 64 * 18 * (3 * 64**2 + 64 * (32**2 + 2 * 16**2 + 8**2))
  t_lstm = 2 * 18 * 5 * (512 * (5376 + 128 + 1) + 512 * (128 + 128 + 1))
  c_lstm = 2 * 5 * 2 * 512 * (128 + 128 + 1)
  total = convs + t_lstm + c_lstm + 2 * 18 * (128 + 1) + 2 * 6 * (18 + 1)
  assert flops.forward_flops(*PAPER) == total
  first = 2 * 27 * 64 * 18 * 3 * 64**2
  assert flops.training_flops(*PAPER) == 3 * total - first
