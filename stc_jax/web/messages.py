"""Messages to a visitor beside the answer: progress, and why there is no answer."""

import os
import pathlib
import time
import traceback
from collections.abc import Callable

import gradio

from stc_jax.errors import MACHINE, InputError, machine_error, message_of

_INTERVAL = 0.3  # seconds between two messages of progress
_SOON = 3  # seconds after which the time left is estimated


def queue_position(progress: gradio.Progress) -> Callable[[int], None]:
  """Returns a function that shows how many visitors are served before this one."""

  def on_wait(count):
    progress(0.0, desc=f'waiting: {count} before you')

  return on_wait


def frame_progress(
  progress: gradio.Progress, total: int, words: str, check: Callable[[], None]
) -> Callable[[], None]:
  """Returns a function to be called at every frame: it checks, and shows progress.

  After the last frame it starts again with the first, for a second pass.

  Args:
    progress: Gradio's bar.
    total: the number of frames.
    words: what is done with a frame.
    check: called at every frame; may raise.
  """
  done, last, began = 0, 0.0, time.monotonic()

  def advance():
    nonlocal done, last, began
    check()
    now = time.monotonic()
    if done == total:
      done, began = 0, now
    done += 1
    if now - last > _INTERVAL:
      last = now
      left = _left(now - began, done, total)
      progress((done, total), desc=words + left, unit='frames')

  return advance


def _left(seconds: float, done: int, total: int) -> str:
  """How long it still takes, in words; '' before that can be said."""
  if seconds < _SOON:
    return ''
  return time.strftime(
    ', %H:%M:%S left', time.gmtime(seconds * max(0, total / done - 1))
  )


def error_line(error: Exception, path: pathlib.Path) -> str:
  """A line for the visitor; the traceback of a bug is printed on the terminal."""
  if isinstance(error, InputError):
    return message_of(error).replace(str(path), path.name)
  if code := machine_error(error):
    return f'{path.name}: {os.strerror(code)}; {MACHINE[code]}'
  traceback.print_exception(error)
  return (
    f'{path.name}: this video has hit a bug in the program; its traceback is on the '
    'terminal of the server'
  )


def shown_error(line: str) -> gradio.Error:
  """An error that the page shows in place of an answer, until it is clicked away."""
  return gradio.Error(line, duration=None, print_exception=False)
