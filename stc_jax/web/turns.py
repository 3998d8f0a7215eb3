"""Turns: one visitor after the other is served; who has left is skipped."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from stc_jax.errors import InputError

_INTERVAL = 0.5  # seconds between two messages to a waiting visitor
_PATIENCE = 60  # seconds that a prediction may take to notice its cancellation


class Cancellation(BaseException):
  """The visitor has left, or the server ends.

  Like an interrupt it isn't a failure, so `except Exception` doesn't catch it.
  """


class Turns:
  """The queue of visitors.

  Args:
    most: how many visitors may wait while another is served.
  """

  def __init__(self, most: int):
    self._most = most
    self._queue: list[_Turn] = []  # the first one is served
    self._changed = threading.Condition()
    self._has_ended = False

  @contextlib.contextmanager
  def turn(
    self, visitor: str | None, on_wait: Callable[[int], None]
  ) -> Iterator[Callable[[], None]]:
    """Waits for a visitor's turn, which lasts for the block.

    Yields a function that must be called regularly: it raises Cancellation once nobody
    waits for the answer.

    Args:
      visitor: a name, the same as in `leave`.
      on_wait: called regularly with the number of visitors before this one.

    Raises:
      InputError: too many visitors wait.
      Cancellation: while waiting.
    """
    turn = _Turn(visitor, self._has_ended)
    with self._changed:
      if len(self._queue) > self._most:
        raise InputError(f'{self._most} others are waiting; try again later')
      self._queue.append(turn)
    try:
      with self._changed:
        while self._queue[0] is not turn:
          turn.check()
          on_wait(self._queue.index(turn))
          self._changed.wait(_INTERVAL)
      turn.check()
      yield turn.check
    finally:
      with self._changed:
        self._queue.remove(turn)
        self._changed.notify_all()

  def leave(self, visitor: str | None) -> None:
    """Cancels the prediction of a visitor who has left."""
    with self._changed:
      for turn in self._queue:
        turn.is_cancelled |= turn.visitor == visitor
      self._changed.notify_all()

  def end(self) -> None:
    """Cancels all predictions, and waits until they have ended."""
    with self._changed:
      self._has_ended = True
      for turn in self._queue:
        turn.is_cancelled = True
      self._changed.notify_all()
      self._changed.wait_for(lambda: not self._queue, _PATIENCE)


class _Turn:
  def __init__(self, visitor: str | None, is_cancelled: bool):
    self.visitor, self.is_cancelled = visitor, is_cancelled

  def check(self) -> None:
    if self.is_cancelled:
      raise Cancellation
