"""The time that a run took, over all its starts: `<workdir>/timings.json`."""

import contextlib
import pathlib
import time

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.run_folder.documents import TimingsFile
from stc_jax.training.loop import Loop
from stc_jax.training.programs import Programs
from stc_jax.typed_json import read_if_present

_REMEDY = 'remove it'
_SUMS = ('trained_clips', 'training_seconds', 'compile_seconds', 'wall_seconds')


class Timings:
  """Adds the times of this start to those of earlier ones.

  Args:
    workdir: the run's folder.
  """

  def __init__(self, workdir: pathlib.Path):
    self._path, self._began = workdir / layout.TIMINGS, time.perf_counter()
    self._before = dict.fromkeys(_SUMS, 0)
    with contextlib.suppress(InputError):  # a damaged log must not stop a run
      self._before |= read_if_present(self._path, TimingsFile, _REMEDY) or {}

  def write(self, programs: Programs, loop: Loop) -> None:
    """Writes the sums; if a start is killed, its last checkpoint's are kept."""
    now = {
      'trained_clips': loop.trained_clips,
      'training_seconds': loop.train_seconds,
      'compile_seconds': programs.compile_seconds,
      'wall_seconds': time.perf_counter() - self._began,
    }
    sums = {name: self._before[name] + now[name] for name in _SUMS}
    seconds = sums['training_seconds']
    rate = sums['trained_clips'] / seconds if seconds else None
    text = files.as_json({'train_sequences_per_second': rate} | sums)
    files.write(self._path, text)
