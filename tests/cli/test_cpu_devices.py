"""Trials side by side on the cores of a CPU."""

import types

import kills
import pytest
from command import succeeds

from stc_jax.cli import cpu_devices
from stc_jax.launch import ck_plus, synthetic
from stc_jax.runs.config import from_sections

THREE = {'protocol__folds': '3', 'training__stages': '((14, 0.001),)'}


@pytest.fixture
def config(monkeypatch):
  """JAX's, before anything is computed."""
  found = types.SimpleNamespace(jax_num_cpu_devices=-1)
  found.update = lambda name, value: setattr(found, name, value)
  jax = types.SimpleNamespace(config=found)
  monkeypatch.setattr(cpu_devices.late, 'load', {'jax': jax}.get)
  monkeypatch.setattr(cpu_devices.machine, 'cores', lambda: 2)
  monkeypatch.delenv('XLA_FLAGS', raising=False)
  monkeypatch.delenv('NPROC', raising=False)
  return found


def experiment(launch):
  return from_sections(launch.get_config().to_dict())


def test_short_steps_share_the_cores_and_long_ones_do_not(config):
  cpu_devices.share_cores([experiment(ck_plus)])
  assert config.jax_num_cpu_devices == -1
  cpu_devices.share_cores([experiment(ck_plus), experiment(synthetic)])
  assert config.jax_num_cpu_devices == 2


def test_what_the_environment_says_has_precedence(config, monkeypatch):
  monkeypatch.setenv('NPROC', '1')  # more devices would mean more threads
  cpu_devices.share_cores([experiment(synthetic)])
  assert config.jax_num_cpu_devices == 1
  config.jax_num_cpu_devices = -1
  flag = '--xla_force_host_platform_device_count=4'
  monkeypatch.setenv('XLA_FLAGS', flag)
  cpu_devices.share_cores([experiment(synthetic)])
  assert config.jax_num_cpu_devices == -1


@pytest.mark.slow
def test_three_trials_on_two_devices_are_those_on_one(data_dir, environment, tmp_path):
  one, two = tmp_path / 'one', tmp_path / 'two'
  for folder, devices in ((one, 1), (two, 2)):
    env = kills.environment(environment, devices)
    said = succeeds(*kills.command(data_dir, folder, 1, **THREE), env=env)
    assert ('trials 2/3' in said) == (devices == 1)
  assert kills.outcome(two) == kills.outcome(one)
  assert not (two / 'checkpoints').exists()
