"""Open fields of a launch file are set once, from the set and the devices."""

import dataclasses
import json
import types

import clip_sets
import jax
import pytest

from stc_jax.console import terminal
from stc_jax.errors import InputError
from stc_jax.launch import synthetic
from stc_jax.runs.config import from_sections
from stc_jax.runs.resolve import choose_devices, resolve

TRIALS = 8 * jax.device_count()  # so many that each has one device


def launch(**execution):
  config = synthetic.get_config()
  config.execution.update(execution)
  return from_sections(config.to_dict())


def data_of(experiment, frames):
  size = dataclasses.replace(experiment.input, frames=frames)
  return types.SimpleNamespace(clip_set=clip_sets.random(), input=size, start=None)


@pytest.mark.parametrize('asked', ['auto', 'device', 'host'])
def test_nothing_is_left_open(asked):
  experiment = launch(placement=asked)
  found = resolve(experiment, data_of(experiment, 5), 1, terminal.console(quiet=True))
  assert found.input.frames == 5
  assert found.execution.devices_per_trial == 1
  small = 'device' if asked == 'auto' else asked
  assert found.execution.placement == small
  rest = {'input': experiment.input, 'execution': experiment.execution}
  assert dataclasses.replace(found, **rest) == experiment


def test_the_first_start_fixes_the_devices(tmp_path):
  assert choose_devices(launch(), TRIALS, tmp_path) == 1
  started = tmp_path / 'execution.json'
  execution = dataclasses.asdict(launch(devices_per_trial=1).execution)
  started.write_text(json.dumps(execution))
  assert choose_devices(launch(), 1, tmp_path) == 1
  assert choose_devices(launch(devices_per_trial=1), 1, tmp_path) == 1
  with pytest.raises(InputError, match='was started with 1'):
    choose_devices(launch(devices_per_trial=2), 1, tmp_path)


@pytest.mark.parametrize('text', ['{}', '{', '{"devices_per_trial": "one"}'])
def test_a_damaged_file_of_an_earlier_start_is_named(tmp_path, text):
  (tmp_path / 'execution.json').write_text(text)
  with pytest.raises(InputError, match=r'execution\.json: cannot be read'):
    choose_devices(launch(), TRIALS, tmp_path)
