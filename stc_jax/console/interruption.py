"""Delays Ctrl-C until a library can handle it."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
  """Delays an interrupt until the end of the block, or of the decorated function.

  Orbax runs event loops: an interrupt within one leaves coroutines that are never
  awaited, and warnings about them on the terminal.

  Raises:
    KeyboardInterrupt: Ctrl-C was pressed and isn't ignored; the block is complete.
  """
  if threading.current_thread() is not threading.main_thread():
    yield  # only the main thread is interrupted
    return
  came = []
  before = signal.signal(signal.SIGINT, lambda *_: came.append(True))
  try:
    yield
  finally:
    signal.signal(signal.SIGINT, before)
    if came:
      signal.raise_signal(signal.SIGINT)
