from stc_jax.speed import profile
from stc_jax.speed.layers import LonePart


def test_rows_join_what_was_alone_with_what_was_traced():
  lone = [LonePart('conv1, forward', 0.5, 100), LonePart('optimiser', 0.25, 0)]
  spent = {'conv1, forward': 30.0, 'input': 10.0}
  first, second, third = profile.rows(lone, spent, step=2.0, ceiling_flops=400.0)
  assert first == {
    'part': 'conv1, forward',
    'step_share': 0.75,
    'step_seconds': 1.5,
    'alone_seconds': 0.5,
    'flops_per_second': 200.0,
    'ceiling_share': 0.5,
  }
  assert second == {
    'part': 'optimiser',
    'step_share': 0.0,
    'step_seconds': 0.0,
    'alone_seconds': 0.25,
  }
  assert third == {'part': 'input', 'step_share': 0.25, 'step_seconds': 0.5}
  assert profile.cells(first) == (
    'conv1, forward',
    '500',
    '0',
    '50%',
    '1.5e+03',
    '75.0%',
  )
  assert profile.cells(third)[1:4] == ('', '', '')
