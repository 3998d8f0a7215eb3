"""The machine's load and its processor, from made-up files of the system."""

import os

import pytest

from stc_jax.speed import load, processor

TICK = os.sysconf('SC_CLK_TCK')


def written(folder, busy, stolen, **processes):
  """A /proc with `busy` and `stolen` core seconds.

  Processes: their parent, their seconds, those of their ended children.
  """
  ticks = [busy * TICK, 0, 0, 999, 5, 0, 0, stolen * TICK, 0, 0]
  folder.mkdir()
  (folder / 'stat').write_text(f'cpu  {" ".join(map(str, ticks))}\ncpu0 1\n')
  for name, (parent, seconds, ended) in processes.items():
    place = folder / name.removeprefix('p')
    place.mkdir()
    fields = f'S {parent} 0 0 0 0 0 0 0 0 0 {seconds * TICK} 0 {ended * TICK} 0'
    (place / 'stat').write_text(f'{place.name} (a (b) c) {fields}')
  return load.read(folder)


def test_others_are_what_is_no_descendant(tmp_path):
  before = written(
    tmp_path / 'a', 100, 0, p7=(1, 10, 0), p8=(7, 10, 5), p9=(1, 10, 0)
  )._replace(moment=0.0)
  after = written(
    tmp_path / 'b', 120, 2, p7=(1, 16, 0), p8=(7, 14, 6), p9=(1, 17, 0), p10=(8, 1, 0)
  )._replace(moment=10.0)
  found = load.between(before, after, own=7)
  # 20 s were busy; 6 + 4 + 1 of them ours, and 1 of a child that ended; 7 of the
  # process 9, and 1 of others that ended.
  assert found['others'] == pytest.approx(0.8)
  assert found['stolen'] == pytest.approx(0.2)
  assert found['busiest'] == [['a (b) c', pytest.approx(0.7)]]


def test_a_system_that_counts_nothing_is_no_error(tmp_path):
  assert load.read(tmp_path) is None


def state(others, average=0.0, busiest=(), stolen=0.0):
  return {
    'average': [average] * 3,
    'others': others,
    'stolen': stolen,
    'busiest': list(busiest),
  }


def test_one_line_warns_of_a_machine_that_is_not_idle():
  assert not load.warning(
    {'before': state(0.02), 'during': state(0.05, average=2.0)}, 2
  )
  said = load.warning(
    {'before': state(0.0), 'during': state(0.8, busiest=[['train', 0.75]])}, 2
  )
  assert said.startswith(
    'warning: the machine was not idle: during, others used 0.8 of'
  )
  assert 'train 0.8' in said
  assert '\n' not in said
  assert 'host took 0.5' in load.warning(
    {'before': state(0.0, stolen=0.5), 'during': state(0.0)}, 2
  )
  # Without the counters, the average before has to do.
  plain = {'average': [1.5, 1.0, 1.0]}
  assert 'before' in load.warning({'before': plain, 'during': plain}, 2)


def test_a_watch_sees_this_machine():
  found = load.Watch().found()
  assert set(found) == {'before', 'during'}
  assert len(found['before']['average']) == 3


@pytest.mark.parametrize(
  ('flags', 'has', 'limited'),
  [
    ('fpu avx avx2 fma avx512f avx512bw', 'AVX-512', 'AVX2'),
    ('fpu avx avx2 fma', 'AVX2', 'AVX2'),
    ('fpu', 'unknown', 'unknown'),
  ],
)
def test_a_processor_says_its_instructions(tmp_path, monkeypatch, flags, has, limited):
  path = tmp_path / 'cpuinfo'
  path.write_text(f'processor : 0\nmodel name : A Chip\nflags\t: {flags}\n')
  monkeypatch.setenv('XLA_FLAGS', '--xla_some=1')
  assert processor.described(path) == {'name': 'A Chip', 'has': has, 'used': has}
  monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
  monkeypatch.setenv('TORCHINDUCTOR_CACHE_DIR', '')
  for name in ('ONEDNN_MAX_CPU_ISA', 'ATEN_CPU_CAPABILITY', 'MKL_ENABLE_INSTRUCTIONS'):
    monkeypatch.setenv(name, '')
  processor.limit()
  assert processor.described(path)['used'] == limited
  assert os.environ['XLA_FLAGS'].startswith('--xla_some=1 --xla_cpu_max_isa=AVX2 ')
  assert os.environ['ONEDNN_MAX_CPU_ISA'] == 'AVX2'
  assert os.environ['TORCHINDUCTOR_CACHE_DIR'].startswith(str(tmp_path))
