import pytest

from stc_jax.speed import clock


def test_a_measurement_is_warm_and_repeated():
  calls = []
  timing = clock.measure(lambda: calls.append(sum(range(100_000))), repeats=3)
  assert timing.fastest <= timing.median <= timing.slowest
  assert len(calls) > 5
  assert timing.rates(2)['median'] == pytest.approx(2 / timing.median)
