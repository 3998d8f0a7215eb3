"""The queue of visitors."""

import threading
import time

import pytest

from stc_jax.errors import InputError
from stc_jax.web.turns import Cancellation, Turns


def test_turns_are_taken_one_by_one_and_in_order():
  turns, told, order = Turns(most=2), threading.Event(), []

  def visit(name):
    try:
      with turns.turn(name, lambda before: told.set()) as check:
        order.append(name)
        check()
    except Cancellation:
      order.append(f'{name} stopped')

  threads = [threading.Thread(target=visit, args=[name]) for name in 'bc']
  with turns.turn('a', print) as check:
    for thread in threads:
      told.clear()
      thread.start()
      assert told.wait(5)
    with pytest.raises(InputError, match='2 others are waiting; try again later'):
      turns.turn('d', print).__enter__()
    turns.leave('b')
    threads[0].join(5)
    check()  # whoever else leaves
    order.append('a')
  threads[1].join(5)
  assert order == ['b stopped', 'a', 'c']


def test_the_end_waits_until_all_are_stopped():
  turns, begun, ended = Turns(most=1), threading.Event(), threading.Event()

  def works(check):
    while True:
      try:
        check()
      except Exception:  # a handler of failures doesn't keep it
        continue
      time.sleep(0.01)

  def visit():
    try:
      with turns.turn('a', print) as check:
        begun.set()
        works(check)
    except Cancellation:
      ended.set()

  thread = threading.Thread(target=visit)
  thread.start()
  assert begun.wait(5)
  turns.end()
  thread.join(5)
  assert ended.is_set()
  with pytest.raises(Cancellation), turns.turn('late', print):
    raise AssertionError
