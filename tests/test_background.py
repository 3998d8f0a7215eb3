"""Work in other threads."""

import threading
import time

import pytest

from stc_jax import background


def test_items_begin_in_order_and_as_many_as_asked_are_worked_on():
  both, began = threading.Barrier(2), []

  def work(item, check):
    began.append(item)
    both.wait(timeout=30)
    check()

  background.do_each(work, range(6), 2)
  assert [sorted(began[at : at + 2]) for at in (0, 2, 4)] == [[0, 1], [2, 3], [4, 5]]
  alone = []
  background.do_each(lambda item, check: alone.append(item), 'abc', 1)
  assert alone == ['a', 'b', 'c']


@pytest.mark.parametrize('error', [KeyboardInterrupt, ValueError])
def test_once_one_fails_the_others_stop_and_no_more_begin(error):
  began, ended = [], []

  def work(item, check):
    began.append(item)
    if item == 0:
      raise error
    try:
      while True:
        check()
        time.sleep(0.01)
    finally:
      ended.append(item)

  with pytest.raises(error):
    background.do_each(work, range(9), 2)
  assert 0 in began
  assert {0, *ended} == {*began}
  assert len(began) < 9
