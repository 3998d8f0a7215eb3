"""Work that goes on in a thread of its own, beside what its result is needed for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Made = TypeVar('Made')


def begin(work: Callable[[], Made]) -> Future[Made]:
  """Starts `work`; the future holds what it returns, or raises.

  Nobody waits for it but who asks for that: an interrupted process leaves at once.
  """
  future = Future()

  def run() -> None:
    try:
      future.set_result(work())
    except BaseException as error:  # raised again where the result is asked for
      future.set_exception(error)

  threading.Thread(target=run, daemon=True).start()
  return future
