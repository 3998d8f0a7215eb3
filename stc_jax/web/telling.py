"""What a visitor is told beside the answer: how far it is, or why there is none."""

import os
import pathlib
import time
import traceback
from collections.abc import Callable

import gradio

from stc_jax.errors import MACHINE, InputError, machine_error, told

_SPOKEN = 0.3  # seconds between two signs of progress


def before(progress: gradio.Progress) -> Callable[[int], None]:
  """Tells the visitor how many are served before."""

  def on_wait(count):
    progress(0.0, desc=f'waits for {count} before you')

  return on_wait


def spoken(
  progress: gradio.Progress, total: int, words: str, check: Callable[[], None]
) -> Callable[[], None]:
  """Checks at every frame; tells the visitor, now and then, how many are done.

  Behind the last frame comes the first of a second reading.
  """
  done, spoke = 0, 0.0

  def advance():
    nonlocal done, spoke
    check()
    done = done % total + 1
    if time.monotonic() - spoke > _SPOKEN:
      spoke = time.monotonic()
      progress((done, total), desc=words, unit='frames')

  return advance


def line_of(error: Exception, path: pathlib.Path) -> str:
  """What a visitor reads of a failure; a defect of ours is told on the terminal."""
  if isinstance(error, InputError):
    return told(error).replace(str(path), path.name)
  if code := machine_error(error):
    return f'{path.name}: {os.strerror(code)}; {MACHINE[code]}'
  traceback.print_exception(error)
  return (
    f'{path.name}: this program has a fault that this video meets; the terminal that '
    'it was started from says which'
  )


def in_place(line: str) -> gradio.Error:
  """What a visitor reads in place of an answer, until it is clicked away."""
  return gradio.Error(line, duration=None, print_exception=False)
