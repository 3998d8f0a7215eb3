"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from jaxtyping import Int
from rich.console import Console
from rich.progress import (
  BarColumn,
  MofNCompleteColumn,
  Progress,
  Task,
  TextColumn,
  TimeElapsedColumn,
  TimeRemainingColumn,
)
from rich.text import Text

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


class VideoProgress:
  """Shows the frames done of each video, and the time left; used as a context.

  Args:
    videos: how many; of several those done are shown, too.
    console: where to; a terminal gets bars that disappear at the end, anything else a
      line for a video every ten seconds.
  """

  def __init__(self, videos: int, console: Console):
    self._console = console
    self._bars = Progress(
      TextColumn('{task.description}', markup=False),
      BarColumn(),
      MofNCompleteColumn(),
      TextColumn('{task.fields[unit]}, left'),
      _TimeLeftColumn(),
      console=console,
      transient=True,
      disable=not console.is_terminal,
    )
    is_shown = videos > 1
    self._all = self._bars.add_task(
      'all videos', total=videos, unit='videos', visible=is_shown
    )

  def __enter__(self) -> 'VideoProgress':
    self._bars.start()
    return self

  def __exit__(self, *_) -> None:
    self._bars.stop()

  def count_video(self) -> None:
    """Counts a video that is done."""
    self._bars.advance(self._all)

  @contextlib.contextmanager
  def frames(self, name: str, count: int, words: str) -> Iterator[Callable[[], None]]:
    """Shows the frames of a video during the block.

    Yields a function that counts a frame; after the last, the first of a second pass.

    Args:
      name: of the video.
      count: of its frames.
      words: what is done with them.
    """
    task = self._bars.add_task(f'{name}: {words}', total=count, unit='frames')
    began = spoke = time.monotonic()
    done = 0

    def advance() -> None:
      nonlocal began, spoke, done
      now = time.monotonic()
      if done == count:
        done, began = 0, now
        self._bars.reset(task)
      done += 1
      self._bars.advance(task)
      if not self._console.is_terminal and now - spoke >= _PLAIN_SECONDS:
        spoke = now
        left = (now - began) * max(0, count / done - 1)
        self._console.print(
          f'{name}: {words}, {done} of {count} frames, {_clock(left)} left',
          highlight=False,
        )

    try:
      yield advance
    finally:
      self._bars.remove_task(task)


class _TimeLeftColumn(TimeRemainingColumn):
  """The time left: of frames by their last speed, of all videos by the mean one.

  Videos that are predicted side by side often end together, then none for long.
  """

  def render(self, task: Task) -> Text:
    """See `rich.progress.ProgressColumn`."""
    if task.fields['unit'] == 'frames' or not task.completed:
      return super().render(task)
    left = task.elapsed * (task.total / task.completed - 1)
    return Text(_clock(left), style='progress.remaining')


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
      clock = _clock(left)
      self._console.print(
        f'trials {done}/{self._trials} · {words} · {clock} left', highlight=False
      )

  def _is_time(self) -> bool:
    if time.monotonic() - self._spoke < _PLAIN_SECONDS:
      return False
    self._spoke = time.monotonic()
    return True


def _clock(seconds: float) -> str:
  return time.strftime('%H:%M:%S', time.gmtime(seconds))
