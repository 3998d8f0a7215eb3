"""The server of the page: listens for visitors, and ends in order."""

import logging
import pathlib
import socket
import threading
import time

import fastapi
import gradio
import uvicorn

from stc_jax.errors import InputError
from stc_jax.predict.model import Model
from stc_jax.predict.options import PredictOptions
from stc_jax.web import controls
from stc_jax.web.guard import Guard
from stc_jax.web.page import Page

_FAREWELL = 1  # seconds that open connections have left at the end


class Server:
  """Serves the page of one model; its arguments are those of `Page`."""

  def __init__(
    self, model: Model, options: PredictOptions, folder: pathlib.Path, megabytes: int
  ):
    self._page, self._megabytes = Page(model, options, folder, megabytes), megabytes
    self._app = gradio.mount_gradio_app(
      fastapi.FastAPI(openapi_url=None),
      self._page.blocks,
      '/',
      show_error=True,
      allowed_paths=[],
      max_file_size=f'{megabytes}mb',
      footer_links=[],
      run_history=False,
      enable_monitoring=False,
      ssr_mode=False,
      pwa=False,
      mcp_server=False,
      theme=controls.theme(),
      css=controls.style(),
      js=controls.SCRIPT,
    )
    # Otherwise Gradio opens files for a visitor that nobody uploaded.
    self._page.blocks.has_launched = True

  def start(self, host: str, port: int) -> str:
    """Listens; returns the page's address.

    Args:
      host: a name or an address of this machine.
      port: 0 takes any free port.

    Raises:
      InputError: the address is in use, or isn't one of this machine.
    """
    listening = _listen(host, port)
    self._server = uvicorn.Server(
      uvicorn.Config(
        Guard(self._app, host, self._megabytes),
        log_level='warning',
        ws='none',
        timeout_graceful_shutdown=_FAREWELL,
      )
    )
    self._thread = threading.Thread(
      target=self._server.run, args=[[listening]], daemon=True
    )
    self._thread.start()
    self._page.begin()
    while not self._server.started and self._thread.is_alive():
      time.sleep(0.01)
    name = f'[{host}]' if ':' in host else host
    return f'http://{name}:{listening.getsockname()[1]}/'

  def stop(self) -> None:
    """Cancels all predictions, then closes the page."""
    self._page.end()
    # Open connections are closed now, which uvicorn would log as an error.
    logging.getLogger('uvicorn.error').setLevel(logging.CRITICAL)
    self._server.should_exit = True
    self._thread.join()
    self._page.blocks.close(verbose=False)


def _listen(host: str, port: int) -> socket.socket:
  if not host:  # '' would listen on every address
    raise InputError('--host: empty; name an address, 0.0.0.0 for all of them')
  family = socket.AF_INET6 if ':' in host else socket.AF_INET
  try:
    return socket.create_server((host, port), family=family)
  except (OSError, UnicodeError) as error:
    why = str(getattr(error, 'strerror', None) or error).partition(' (')[0]
    raise InputError(
      f'--host={host} --port={port}: cannot listen there ({why}); name another'
    ) from error
