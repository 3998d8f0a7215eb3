"""What `python -m stc_jax.predict --serve` does: a page for videos, until Ctrl-C."""

import contextlib
import importlib
import os
import pathlib
import signal
import tempfile
import time
from collections.abc import Iterator

from stc_jax.cli import compilation
from stc_jax.console import terminal
from stc_jax.errors import InputError
from stc_jax.predict.answering import Asked, windows_of
from stc_jax.predict.model import load
from stc_jax.predict.sources import IMAGE_FPS

_LOOK = 0.2  # seconds between two looks for Ctrl-C
_HERE = ('127.0.0.1', 'localhost', '::1')
_GRADIO = ('gradio', 'fastapi', 'uvicorn')  # come together
# Before Gradio is loaded: nothing is sent to anybody, nothing is kept.
_QUIET = {
  'GRADIO_ANALYTICS_ENABLED': 'False',
  'HF_HUB_DISABLE_TELEMETRY': '1',
  'HF_HUB_OFFLINE': '1',
}


def main(model: str, host: str, port: int, megabytes: int, chosen: dict) -> None:
  """Serves the page of a model until it is interrupted.

  Args:
    model: the folder of a run or bundle.
    host: the address that is listened on; 127.0.0.1: of this machine alone.
    port: of it.
    megabytes: the largest video that is taken.
    chosen: the fields of `Asked`, by flag: what the page starts with.

  Raises:
    InputError: there is no model, Gradio is missing, or the address is taken.
    KeyboardInterrupt: Ctrl-C, once all is closed and removed.
  """
  console = terminal.console(soft_wrap=True, highlight=False)
  try:
    asked = Asked(**chosen)
  except InputError as error:
    raise InputError(f'--{error}') from error
  opened = load(model)
  windows_of(opened.bundles[0], asked, IMAGE_FPS)  # do they agree?
  compilation.keep_programs()
  signal.signal(signal.SIGTERM, signal.default_int_handler)  # clears up, too
  with _folder() as folder:
    server = _module().Server(opened, asked, folder, megabytes)
    address = server.start(host, port)
    try:
      console.print(f'{address} shows what {model} sees; Ctrl-C ends it')
      if host not in _HERE:
        console.print('Whoever reaches this machine can use it, without a password.')
      _wait_for_interrupt()
    finally:
      server.stop()
  raise KeyboardInterrupt


@contextlib.contextmanager
def _folder() -> Iterator[pathlib.Path]:
  """A folder for all that is uploaded or made, which is gone after the block."""
  name, kept = 'stc_jax_', tempfile.tempdir
  with tempfile.TemporaryDirectory(prefix=name, ignore_cleanup_errors=True) as folder:
    os.environ.update(_QUIET, GRADIO_TEMP_DIR=folder, GRADIO_EXAMPLES_CACHE=folder)
    tempfile.tempdir = folder  # Gradio asks for some files like everybody
    try:
      yield pathlib.Path(folder)
    finally:
      tempfile.tempdir = kept


def _wait_for_interrupt() -> None:
  """Returns at the first; others must not break into what is cleared up then."""
  came = []
  for kind in (signal.SIGINT, signal.SIGTERM):
    signal.signal(kind, lambda *_: came.append(True))
  while not came:
    time.sleep(_LOOK)


def _module():
  try:
    return importlib.import_module('stc_jax.web.server')
  except ModuleNotFoundError as error:
    if error.name not in _GRADIO:
      raise
    raise InputError("--serve: gradio is missing; pip install -e '.[web]'") from error
