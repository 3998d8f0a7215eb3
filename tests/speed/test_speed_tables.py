"""Tables in Markdown from files of `benchmark --json`."""

import json
import pathlib

import pytest

from benchmarks import speed_tables
from stc_jax.errors import InputError


def spread(median):
  return {'median': median, 'min': median / 2, 'max': 2 * median}


FOUND = {
  'command': 'python -m stc_jax.benchmark --config=x',
  'date': '2026-11-29T10:00:00+00:00',
  'environment': {
    'revision': {'commit': 'abcdef0123', 'changed': False},
    'packages': {'jax': '0.10.2'},
    'backend': 'cpu',
  },
  'device': 'cpu',
  'processor': {'name': 'A Chip', 'has': 'AVX-512', 'used': 'AVX2'},
  'threads': 2,
  'model': 'stc_nlstm',
  'input': [18, 64, 64, 2],
  'dtype': 'float32',
  'batch_size': 8,
  'ceiling': {'flops_per_second': 4e11, 'bytes_per_second': 5e10},
  'load': {
    'before': {'average': [0.1, 0, 0], 'others': 0.0, 'stolen': 0.0, 'busiest': []},
    'during': {'average': [2.0, 0, 0], 'others': 0.01, 'stolen': 0.0, 'busiest': []},
  },
  'parts': {
    'training': {'unit': 'clips', 'per_second': spread(6.0), 'ceiling_share': 0.5},
    'preprocessing': {'unit': 'frames', 'per_second': spread(100.0)},
  },
  'peer': {
    'version': '2.13.0',
    'training': {
      'per_second': {'eager': spread(4.0), 'compiled': spread(5.0)},
      'ratio': {'eager': spread(1.5), 'compiled': spread(1.2)},
      'best': 'compiled',
      'errors': {'compiled, channels first': 'no compiler'},
    },
  },
}


def test_a_table_has_every_row_and_its_circumstances():
  said = speed_tables.markdown(FOUND)
  rows = [line for line in said.splitlines() if line.startswith('|')]
  assert rows[2:] == [
    '| training, clips | 6 (3 to 12) | 50% |  |',
    '| PyTorch, eager | 4 (2 to 8) |  | 1.50 (0.75 to 3.00) |',
    '| PyTorch, compiled | 5 (2.5 to 10) |  | **1.20 (0.60 to 2.40)** |',
    '| PyTorch, compiled, channels first | no compiler |  |  |',
    '| preprocessing, frames | 100 (50 to 200) |  |  |',
  ]
  for word in ('abcdef0.', 'A Chip', 'AVX2', 'JAX 0.10.2', '2.13.0', 'batch 8', 'idle'):
    assert word in said, word
  assert FOUND['command'] in said


def test_a_table_warns_of_a_busy_machine():
  busy = FOUND['load']['during'] | {'others': 1.0}
  said = speed_tables.markdown(FOUND | {'load': FOUND['load'] | {'during': busy}})
  assert 'Warning: the machine was not idle' in said


def test_the_tables_of_a_page_are_renewed_and_nothing_else(tmp_path):
  (tmp_path / 'a.json').write_text(json.dumps(FOUND))
  page = 'before\n<!-- measured: a.json -->\nold\n<!-- end -->\nafter\n'
  renewed = speed_tables.renewed(page, tmp_path)
  assert renewed.startswith('before\n')
  assert renewed.endswith('<!-- end -->\nafter\n')
  assert 'old' not in renewed
  assert speed_tables.markdown(FOUND) in renewed
  assert speed_tables.renewed(renewed, tmp_path) == renewed


def test_what_is_no_result_is_refused(tmp_path):
  path = tmp_path / 'b.json'
  for text in (None, 'not JSON', '{}'):
    if text:
      path.write_text(text)
    with pytest.raises(InputError, match=r'b\.json'):
      speed_tables.read(path)


def test_the_page_holds_what_its_files_say():
  page = pathlib.Path(speed_tables.PAGE).read_text('utf-8')
  assert speed_tables.renewed(page, speed_tables.MEASURED) == page
