"""Whose turn it is: one visitor after the other, and nobody who has left."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from stc_jax.errors import InputError

_LOOK = 0.5  # seconds between two looks at a line that doesn't move
_PATIENCE = 60  # seconds that an answer may need to notice that it is stopped


class Stopped(BaseException):
  """Nobody waits for this answer any more.

  As an interrupt, it is no failure: who catches `Exception` lets it pass.
  """


class Turns:
  """The line before the model.

  Args:
    most: visitors that may wait while another is served.
  """

  def __init__(self, most: int):
    self._most = most
    self._line: list[_Turn] = []  # the first has the turn
    self._changed = threading.Condition()
    self._has_ended = False

  @contextlib.contextmanager
  def awaited(
    self, visitor: str | None, on_wait: Callable[[int], None]
  ) -> Iterator[Callable[[], None]]:
    """Waits for a turn, and has it in the block.

    Yields a function to be called now and then, which raises Stopped once nobody waits
    for the answer.

    Args:
      visitor: who; what `leave` is told.
      on_wait: called now and then, with how many are before.

    Raises:
      InputError: too many wait.
      Stopped: while waiting.
    """
    turn = _Turn(visitor, self._has_ended)
    with self._changed:
      if len(self._line) > self._most:
        raise InputError(f'{self._most} others are waiting; try again later')
      self._line.append(turn)
    try:
      with self._changed:
        while self._line[0] is not turn:
          turn.check()
          on_wait(self._line.index(turn))
          self._changed.wait(_LOOK)
      turn.check()
      yield turn.check
    finally:
      with self._changed:
        self._line.remove(turn)
        self._changed.notify_all()

  def leave(self, visitor: str | None) -> None:
    """Stops what a visitor waits for: there is nobody to show it to."""
    with self._changed:
      for turn in self._line:
        turn.is_stopped |= turn.visitor == visitor
      self._changed.notify_all()

  def end(self) -> None:
    """Stops all, and waits until they have."""
    with self._changed:
      self._has_ended = True
      for turn in self._line:
        turn.is_stopped = True
      self._changed.notify_all()
      self._changed.wait_for(lambda: not self._line, _PATIENCE)


class _Turn:
  def __init__(self, visitor: str | None, is_stopped: bool):
    self.visitor, self.is_stopped = visitor, is_stopped

  def check(self) -> None:
    if self.is_stopped:
      raise Stopped
