"""The page as a service: it listens, keeps files in one folder, and ends at Ctrl-C."""

import contextlib
import os
import pathlib
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from stc_jax import late
from stc_jax.predict.model import Model
from stc_jax.predict.options import PredictOptions, window_config
from stc_jax.predict.sources import IMAGE_FPS

_LOOK = 0.2  # seconds between two checks for Ctrl-C
_GRADIO = ('gradio', 'fastapi', 'uvicorn')  # the packages of the extra
# Read when Gradio is imported: it sends nothing, and keeps nothing.
_QUIET = {
  'GRADIO_ANALYTICS_ENABLED': 'False',
  'HF_HUB_DISABLE_TELEMETRY': '1',
  'HF_HUB_OFFLINE': '1',
}


def serve(
  model: Model,
  options: PredictOptions,
  address: tuple[str, int],
  megabytes: int,
  on_start: Callable[[str], None],
) -> NoReturn:
  """Serves the page of a model until it is interrupted.

  Args:
    model: what predicts.
    options: of the prediction, which the page starts with.
    address: host and port to listen on; 127.0.0.1 is for this machine alone.
    megabytes: size of the largest video that is accepted.
    on_start: is called with the page's address once the page can be opened.

  Raises:
    InputError: Gradio is missing, the address is taken, or the options don't fit the
      model.
    KeyboardInterrupt: Ctrl-C, once the page is closed and its files are removed.
  """
  window_config(model.bundles[0], options, IMAGE_FPS)  # refuses what doesn't fit
  signal.signal(signal.SIGTERM, signal.default_int_handler)  # removes files, too
  with _folder() as folder:
    module = late.load_with_extra('stc_jax.web.server', 'serve', 'web', _GRADIO)
    server = module.Server(model, options, folder, megabytes)
    started = server.start(*address)
    try:
      on_start(started)
      _wait_for_interrupt()
    finally:
      server.stop()
  raise KeyboardInterrupt


@contextlib.contextmanager
def _folder() -> Iterator[pathlib.Path]:
  """A folder for uploads and results, which is removed after the block."""
  name, kept = 'stc_jax_', tempfile.tempdir
  with tempfile.TemporaryDirectory(prefix=name, ignore_cleanup_errors=True) as folder:
    os.environ.update(_QUIET, GRADIO_TEMP_DIR=folder, GRADIO_EXAMPLES_CACHE=folder)
    tempfile.tempdir = folder  # Gradio makes some files with tempfile
    try:
      yield pathlib.Path(folder)
    finally:
      tempfile.tempdir = kept


def _wait_for_interrupt() -> None:
  """Returns at the first; further ones must not interrupt the clean-up."""
  came = []
  for kind in (signal.SIGINT, signal.SIGTERM):
    signal.signal(kind, lambda *_: came.append(True))
  while not came:
    time.sleep(_LOOK)
