"""The steps of an accelerator's figures, tried on a CPU."""

import json

import pytest
from command import fails

from benchmarks import accelerator
from benchmarks.accelerator_steps import Step, steps

_QUICK = ('timeit', '-n1', '-r1', 'pass')
_ENDLESS = ('timeit', '-n1', '-r1', 'import time; time.sleep(60)')


def states(found):
  return {name: each['state'] for name, each in found.items()}


def test_steps_run_within_the_time_and_go_on_later(tmp_path):
  planned = [
    Step('quick', 20, (_QUICK,)),
    Step('bad', 20, (('no_such_module',), _QUICK)),
    Step('endless', 0.5, (_QUICK, _ENDLESS)),
    Step('late', 20, (_QUICK,)),
  ]
  found = accelerator.run(planned[:3], tmp_path, seconds=60)
  assert states(found) == {
    'quick': 'done',
    'bad': 'failed with code 1',
    'endless': 'cut off',
  }
  assert 'no_such_module' in (tmp_path / 'bad.log').read_text()
  (tmp_path / 'quick.log').unlink()
  found = accelerator.run(planned, tmp_path, seconds=0)
  assert states(found)['late'] == 'no time left'
  assert json.loads((tmp_path / 'accelerator.json').read_text()) == found
  assert not (tmp_path / 'quick.log').exists()  # it was done


def test_all_steps_fit_their_time(tmp_path):
  planned = list(steps(tmp_path, ''))
  first = [step.name for step in planned[:3]]
  assert first == ['speed_bfloat16_32', 'speed_bfloat16_128', 'protocol']
  assert sum(step.seconds for step in planned[:2]) < 540


def test_runs_are_compared_byte_by_byte(tmp_path):
  for name, weights, seconds in (
    ('first', 'a', 3),
    ('second', 'a', 3),
    ('free', 'b', 2),
  ):
    model = tmp_path / name / 'models' / '0-0'
    model.mkdir(parents=True)
    (model / 'weights.safetensors').write_text(weights)
    (tmp_path / name / 'predictions.csv').write_text('x')
    timings = json.dumps({'training_seconds': seconds})
    (tmp_path / name / 'timings.json').write_text(timings)
  assert accelerator.same_bytes(tmp_path) == {'same_bytes': True, 'cost': 1.5}
  (tmp_path / 'second' / 'predictions.csv').write_text('y')
  assert not accelerator.same_bytes(tmp_path)['same_bytes']


@pytest.mark.slow
def test_every_step_runs_with_tiny_sizes(tmp_path, data_dir, monkeypatch):
  pytest.importorskip('torch')
  monkeypatch.setenv('JAX_COMPILATION_CACHE_DIR', str(tmp_path / 'cache'))
  planned = list(steps(tmp_path, str(data_dir)))
  found = accelerator.run([s._replace(seconds=900) for s in planned], tmp_path, 3000)
  assert states(found) == {step.name: 'done' for step in planned}
  assert found['determinism']['same_bytes']
  for name in ('speed_bfloat16_2', 'speed_float32', 'profile', 'bp4d'):
    assert (tmp_path / f'{name}.json').exists()


def test_a_dry_run_needs_clips(environment):
  fails('benchmarks.accelerator', '--tiny', naming='--data_dir', env=environment)
