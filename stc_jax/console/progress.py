"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Int
from rich.console import Console
from rich.progress import (
  BarColumn,
  MofNCompleteColumn,
  Progress,
  TextColumn,
  TimeElapsedColumn,
  TimeRemainingColumn,
)

_PLAIN_SECONDS = 10


def with_bar(
  items: Iterable, words: str, console: Console, total: int | None = None
) -> Iterator:
  """Yields the items, with a bar on a terminal until they are done.

  Args:
    items: to count.
    words: what is done with them.
    console: where to; without a terminal there is no bar.
    total: the number of items, if `items` has no length.
  """
  bar = Progress(
    TextColumn('{task.description}', markup=False),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(),
    console=console,
    transient=True,
    disable=not console.is_terminal,
  )
  with bar:
    yield from bar.track(items, total, description=words)


class FrameProgress:
  """Shows the frames done of a video, and the time left; used as a context.

  Args:
    name: of the video.
    frames: its number of frames.
    words: what is done with them.
    console: where to; a terminal gets a bar that disappears at the end, anything else a
      line every ten seconds.
  """

  def __init__(self, name: str, frames: int, words: str, console: Console):
    self._name, self._frames, self._words = name, frames, words
    self._console, self._done = console, 0
    self._began = self._spoke = time.monotonic()
    self._bar = Progress(
      TextColumn('{task.description}', markup=False),
      BarColumn(),
      MofNCompleteColumn(),
      TextColumn('frames, left'),
      TimeRemainingColumn(),
      console=console,
      transient=True,
      disable=not console.is_terminal,
    )
    self._task = self._bar.add_task(f'{name}: {words}', total=frames)

  def __enter__(self) -> 'FrameProgress':
    self._bar.start()
    return self

  def __exit__(self, *_) -> None:
    self._bar.stop()

  def advance(self) -> None:
    """Counts a frame; after the last, the first of a second pass."""
    now = time.monotonic()
    if self._done == self._frames:
      self._done, self._began = 0, now
      self._bar.reset(self._task)
    self._done += 1
    self._bar.advance(self._task)
    if not self._console.is_terminal and now - self._spoke >= _PLAIN_SECONDS:
      self._spoke = now
      left = (now - self._began) * max(0, self._frames / self._done - 1)
      self._console.print(
        f'{self._name}: {self._words}, {self._done} of {self._frames} frames, '
        f'{time.strftime("%H:%M:%S", time.gmtime(left))} left',
        highlight=False,
      )


class TrainingProgress:
  """Shows trials done, step, loss, sequences a second, time left; used as a context.

  Args:
    trials: number of trials of the run.
    steps: of one trial.
    sequences: in one step of one trial.
    done: trials finished before.
    console: where to; a terminal gets a bar, anything else a line every ten seconds.
  """

  def __init__(
    self, trials: int, steps: int, sequences: int, done: int, console: Console
  ):
    self._trials, self._steps, self._sequences = trials, steps, sequences
    self._total, self._ran = trials * steps, 0
    self._console = console
    self._began = self._spoke = time.monotonic()
    self._bar = Progress(
      TextColumn('trials'),
      MofNCompleteColumn(),
      BarColumn(),
      TextColumn('{task.fields[words]}', markup=False),
      TimeElapsedColumn(),
      TextColumn('left'),
      TimeRemainingColumn(),
      console=console,
      disable=not console.is_terminal,
    )
    self._task = self._bar.add_task('', total=trials, completed=done, words='')

  def __enter__(self) -> 'TrainingProgress':
    self._bar.start()
    return self

  def __exit__(self, *_) -> None:
    self._bar.stop()

  def update(
    self, done: int, steps: Int[np.ndarray, 'running'], ran: int, loss: float
  ) -> None:
    """Shows the state of the run.

    Args:
      done: trials finished.
      steps: done of each unfinished trial.
      ran: steps since the last call, summed over trials.
      loss: the mean of their last losses.
    """
    self._ran += ran
    rate = self._ran * self._sequences / (time.monotonic() - self._began)
    step = int(steps.min())
    words = f'step {step}/{self._steps} · loss {loss:.3f} · {rate:.1f} sequences/s'
    share = done + float(steps.sum()) / self._steps
    self._bar.update(self._task, completed=round(share, 2), words=words)
    last = step == self._steps
    if not self._console.is_terminal and (last or self._is_time()):
      left = (self._trials - share) * self._steps * self._sequences / max(rate, 1e-9)
      clock = time.strftime('%H:%M:%S', time.gmtime(left))
      self._console.print(
        f'trials {done}/{self._trials} · {words} · {clock} left', highlight=False
      )

  def _is_time(self) -> bool:
    if time.monotonic() - self._spoke < _PLAIN_SECONDS:
      return False
    self._spoke = time.monotonic()
    return True
