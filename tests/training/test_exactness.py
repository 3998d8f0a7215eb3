"""The place of frames and the stacking of trials change no bit of a trial."""

import pytest
import small_run
from small.script import report


@pytest.fixture(scope='module')
def digests():
  flags = small_run.ONLY_UNOPTIMISED
  return report('exact_trials.py', devices=1, flags=flags)


@pytest.mark.slow
@pytest.mark.parametrize('wave', ['alone', 'stacked'])
def test_device_and_host_compute_the_same(digests, wave):
  assert digests[f'device, {wave}'] == digests[f'host, {wave}']


@pytest.mark.slow
def test_a_trial_alone_equals_the_trial_in_the_stack(digests):
  assert digests['device, alone'] == digests['device, stacked'][2:]
  assert len(set(digests['device, stacked'])) == 3
