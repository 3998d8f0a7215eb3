import math

import pytest
from small import configs

from stc_jax.speed import clock, work


def taps_on_pixels(size, k):
  """How many of the k taps at each of `size` places don't fall on the padding."""
  before = (k - 1) // 2
  return sum(0 <= x - before + i < size for x in range(size) for i in range(k))


PAPER = work.Network('stc_nlstm', configs.PAPER, configs.VIDEO, 6)
ODD = work.Network('stc_nlstm', configs.SMALL, configs.SMALL_VIDEO, 6)


@pytest.mark.parametrize('network', [PAPER, ODD], ids=['paper', 'odd'])
def test_xla_counts_the_same_convolutions_but_for_taps_on_the_padding(network):
  layers = zip(work.conv_flops(network), work.conv_shapes(network), strict=True)
  real = 0
  for flops, ((_, *sizes, _), (k, *_)) in layers:
    inside = math.prod(taps_on_pixels(size, k) for size in sizes)
    real += flops * inside / math.prod(k * size for size in sizes)
  assert work.xla_conv_flops(network) == pytest.approx(real, rel=1e-6)


def test_the_paper_s_network_counted_by_hand():
  convs = 2 * 27 * 64 * 18 * (3 * 64**2 + 64 * (32**2 + 2 * 16**2 + 8**2))
  t_lstm = 2 * 18 * 5 * (512 * (5376 + 128 + 1) + 512 * (128 + 128 + 1))
  c_lstm = 2 * 5 * 2 * 512 * (128 + 128 + 1)
  total = convs + t_lstm + c_lstm + 2 * 18 * (128 + 1) + 2 * 6 * (18 + 1)
  assert work.forward_flops(PAPER) == total
  first = 2 * 27 * 64 * 18 * 3 * 64**2
  assert work.training_flops(PAPER) == 3 * total - first


def test_a_measurement_is_warm_and_repeated():
  calls = []
  timing = clock.measure(lambda: calls.append(sum(range(100_000))), repeats=3)
  assert timing.fastest <= timing.median <= timing.slowest
  assert len(calls) > 5
  assert timing.rates(2)['median'] == pytest.approx(2 / timing.median)
