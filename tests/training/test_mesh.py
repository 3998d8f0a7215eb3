import numpy as np
import pytest
import small_run
from small.script import report

from stc_jax.errors import InputError
from stc_jax.training.mesh import devices_per_trial


@pytest.mark.slow
def test_forty_trials_need_no_collective_and_are_the_same_on_1_and_4_devices():
  one, four = (report('forty_trials.py', devices=devices) for devices in (1, 4))
  assert (one['devices'], four['devices']) == (1, 4)
  assert four['collectives'] == []
  assert four['grouped'] == []
  assert len(set(four['trials'])) == 40
  assert four['trials'] == one['trials']


@pytest.mark.slow
def test_a_trial_spread_over_1_2_or_4_devices_computes_the_same():
  fast = small_run.FAST['XLA_FLAGS']
  alone = report('spread_trials.py', '1', devices=1, flags=fast)
  assert alone['dtypes'] == ['float64']
  for per_trial in (2, 4):
    spread = report('spread_trials.py', str(per_trial), devices=4, flags=fast)
    for name in ('losses', 'scores', 'sums'):
      np.testing.assert_allclose(spread[name], alone[name], rtol=0, atol=1e-9)
    # Devices 0 and 1 hold the first trial's batch, 2 and 3 the second's.
    wanted = {2: '{{0,1},{2,3}}', 4: '{{0,1,2,3}}'}[per_trial]
    assert spread['groups'] == [wanted]
    assert spread['of_a_step'] == ['all-reduce']


@pytest.mark.parametrize(
  ('devices', 'trials', 'batch', 'wanted'),
  [
    (1, 40, 8, 1),
    (8, 40, 8, 1),
    (8, 1, 8, 8),
    (8, 3, 8, 2),
    (8, 1, 6, 6),
    (4, 2, 3, 1),
  ],
)
def test_devices_are_shared_out_among_all_trials(devices, trials, batch, wanted):
  assert devices_per_trial(0, devices, trials, batch) == wanted


def test_devices_that_are_not_there_or_do_not_divide_the_batch():
  with pytest.raises(InputError, match=r'devices_per_trial: .* 4 devices, here are 2'):
    devices_per_trial(4, devices=2, trials=1, batch_size=8)
  with pytest.raises(InputError, match='3 devices cannot share a batch of 8'):
    devices_per_trial(3, devices=4, trials=1, batch_size=8)
