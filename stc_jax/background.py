"""Work in a background thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar('Result')


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
