"""Work in other threads."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item, Result = TypeVar('Item'), TypeVar('Result')


class StopWork(BaseException):
  """The main thread was interrupted; no failure, so `except Exception` lets it pass."""


def begin(work: Callable[[], Result]) -> Future[Result]:
  """Starts `work`; the future holds its result or its exception.

  The thread is a daemon: an interrupted process doesn't wait for it.
  """
  future = Future()

  def run() -> None:
    try:
      future.set_result(work())
    except BaseException as error:  # raised again by `future.result`
      future.set_exception(error)

  threading.Thread(target=run, daemon=True).start()
  return future


def do_each(
  work: Callable[[Item, Callable[[], None]], None], items: Sequence[Item], jobs: int
) -> None:
  """Works on each item, on several at a time; they begin in order.

  Args:
    work: is given an item, and a function to call often: it raises `StopWork` once this
      thread is interrupted, or another item's work has failed.
    items: to work on.
    jobs: how many at a time; one is worked on in this thread.

  Raises:
    BaseException: that of the first work that failed, once all others have ended.
  """
  if jobs == 1:
    for item in items:
      work(item, lambda: None)
    return
  is_over = threading.Event()

  def check() -> None:
    if is_over.is_set():
      raise StopWork

  with ThreadPoolExecutor(jobs) as pool:
    try:
      for task in [pool.submit(work, item, check) for item in items]:
        task.result()
    except BaseException:
      is_over.set()
      pool.shutdown(cancel_futures=True)
      raise
