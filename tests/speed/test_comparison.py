"""Ours and a peer in turns, with a stub in the peer's place."""

import sys

import pytest

from stc_jax.errors import InputError
from stc_jax.speed import clock, comparison
from stc_jax.speed.peer import PeerError, PeerProcess

# Answers as `benchmarks.torch_speed` does; notes what it is asked for.
STUB = """
import json, pathlib, sys
spec = json.loads(sys.stdin.readline())
print(json.dumps({'version': '0', 'forms': ['eager', 'compiled']}), flush=True)
for line in sys.stdin:
  asked = json.loads(line)
  with open(spec['notes'], 'a') as notes:
    notes.write(line)
  if asked['form'] == 'compiled':
    found = {'error': 'no compiler'}
  else:
    found = {'seconds': 0.5}
  print(json.dumps(found | {'idle': [0.0, 1.0]}), flush=True)
"""


def test_sides_take_turns():
  order = []

  def side(name):
    def timed(calls):
      order.append((name, calls))
      return float(len(order))

    return timed

  found = clock.alternate({'a': side('a'), 'b': side('b')}, {'a': 2, 'b': 7}, repeats=3)
  assert order == [('a', 2), ('b', 7)] * 3
  assert found == {'a': [1.0, 3.0, 5.0], 'b': [2.0, 4.0, 6.0]}


def test_ratios_are_of_pairs_and_to_the_better_form(monkeypatch):
  seconds = {'ours': [1.0, 2.0, 4.0], 'slow': [4.0, 4.0, 4.0], 'fast': [2.0, 3.0, 2.0]}
  turns = {name: iter([1.0, 1.0, *each]) for name, each in seconds.items()}
  monkeypatch.setattr(comparison, 'of_call', lambda _: lambda _: next(turns['ours']))
  ready = clock.ReadyPart(
    lambda: None, passes=2, items=8, compile_seconds=0.0, memory_bytes=0
  )

  def peer_calls(form):
    def timed(_):
      if form == 'broken':
        raise PeerError('no compiler')
      return next(turns[form])

    return timed

  forms = ['slow', 'broken', 'fast']
  found = comparison.compare(ready, 8, forms, peer_calls, repeats=3)
  # Ours makes two passes of 8 clips a call, a form one of 8.
  assert found.speed.timing.median == 1.0
  assert found.peer['ratio']['fast']['pairs'] == [4.0, 3.0, 1.0]
  assert found.peer['best'] == 'fast'
  assert found.peer['ratio_to_best'] == {'median': 3.0, 'min': 1.0, 'max': 4.0}
  assert found.peer['ratio']['slow']['median'] == 4.0
  assert found.peer['errors'] == {'broken': 'no compiler'}
  assert found.peer['per_second']['slow'] == {'median': 2.0, 'min': 2.0, 'max': 2.0}


def test_the_peer_is_one_process_that_answers_line_by_line(tmp_path):
  spec = {'notes': str(tmp_path / 'notes')}
  with PeerProcess(spec, (sys.executable, '-c', STUB)) as peer:
    assert peer.properties == {'version': '0', 'forms': ['eager', 'compiled']}
    assert peer.timed('training', 'eager')(3) == 0.5
    with pytest.raises(PeerError, match='no compiler'):
      peer.timed('training', 'compiled')(1)
    idle = peer.idle_cores()
  assert idle['peer'] == 0.0
  assert 0 <= idle['ours'] < 1.5
  notes = (tmp_path / 'notes').read_text().splitlines()
  assert notes == [
    '{"part": "training", "form": "eager", "calls": 3}',
    '{"part": "training", "form": "compiled", "calls": 1}',
  ]


def test_a_peer_that_fails_says_why():
  program = "raise ModuleNotFoundError('No module named torch')"
  with pytest.raises(InputError, match='No module named torch'):
    PeerProcess({}, (sys.executable, '-c', program))
