"""Ctrl-C at a moment that a library can stand."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
  """Lets the block, or the function, end before an interrupt during it is raised.

  Orbax drives event loops of its own: an interrupt within one leaves coroutines that
  nobody awaits, and their complaints on the terminal.

  Raises:
    KeyboardInterrupt: Ctrl-C came, and isn't ignored; the block is done.
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
