"""A guard before the page: refuses foreign requests and bodies that are too large."""

import ipaddress
import socket
import urllib.parse
from collections.abc import Mapping

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = ('127.0.0.1', 'localhost', '::1')
_ANYWHERE = ('0.0.0.0', '::')
_FRAME = 2**16  # bytes of a request in addition to its video
_REFUSED, _TOO_LARGE = 403, 413
_GONE: Message = {'type': 'http.disconnect'}


class Guard:
  """An ASGI application that passes allowed requests on to another one.

  The host of a request must be one of the page's. The owner of a domain can point it to
  this machine, and a browser then takes their page and ours for one (DNS rebinding).
  Nobody owns an IP address. Ports are not compared, as tunnels change them. The origin
  of a request must be this page: a browser sends the requests of any page to any
  address, and names the page in the header `Origin`.

  A body that is too large, or that is broken off, is given an end that is invalid for a
  form: only then does Gradio remove the part that it has written.

  Args:
    app: the guarded application.
    host: the name or address that is listened on.
    megabytes: the size of the largest video; a request may bring one.
  """

  def __init__(self, app: ASGIApp, host: str, megabytes: int):
    self._app, self._megabytes = app, megabytes
    self._names = _names_of(host)
    self._is_anywhere = host in _ANYWHERE

  async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
    """Passes a request on, or answers it with 403 or 413."""
    if scope['type'] != 'http':
      await self._app(scope, receive, send)
      return
    headers = Headers(scope=scope)
    most = self._megabytes * 2**20 + _FRAME
    if why := self._refusal(scope['scheme'], headers):
      await PlainTextResponse(why, _REFUSED)(scope, receive, send)
      return
    body = _Body(receive, headers, most)
    if not body.is_too_large:
      await self._app(scope, body.receive, body.unless_too_large(send))
    if body.is_too_large:
      why = f'The request exceeds the maximum allowed size of {self._megabytes} MB.'
      await PlainTextResponse(why, _TOO_LARGE)(scope, receive, send)

  def _refusal(self, scheme: str, headers: Mapping[str, str]) -> str:
    """Why a request is refused; '': it is for this page, and from it."""
    host, origin = headers.get('host', ''), headers.get('origin')
    if not self._is_served(host):
      return (
        f'This page is not served as {host!r}: use the address that was printed at the '
        'start, or the IP address of the machine.'
      )
    if origin is not None and origin.lower() != f'{scheme}://{host}'.lower():
      return f'Requests from pages of {origin!r} are refused.'
    return ''

  def _is_served(self, host: str) -> bool:
    try:
      name = (urllib.parse.urlsplit(f'//{host}').hostname or '').rstrip('.')
    except ValueError:
      return False
    return name in self._names or (self._is_anywhere and _is_number(name))


class _Body:
  """The body of a request, part by part.

  Attributes:
    is_too_large: the announced or the received length is above `most` bytes.
  """

  def __init__(self, receive: Receive, headers: Mapping[str, str], most: int):
    self._receive, self._most, self._count = receive, most, 0
    self._kind = headers.get('content-type', '')
    self._is_whole = self._is_gone = False
    self.is_too_large = int(headers.get('content-length', 0)) > most

  async def receive(self) -> Message:
    if self._is_gone:
      return _GONE
    message = await self._receive()
    if self._is_whole:
      return message
    self._count += len(message.get('body', b''))
    self.is_too_large = self._count > self._most
    self._is_gone = self.is_too_large or message['type'] == _GONE['type']
    if self._is_gone:
      return {'type': 'http.request', 'body': self._no_end(), 'more_body': False}
    self._is_whole = not message.get('more_body', False)
    return message

  def unless_too_large(self, send: Send) -> Send:
    """Returns a `send` that drops the application's response to a body too large."""

    async def sends(message: Message) -> None:
      if not self.is_too_large:
        await send(message)

    return sends

  def _no_end(self) -> bytes:
    """For a form, a part without the name that each part must have."""
    _, options = parse_options_header(self._kind)
    boundary = options.get(b'boundary')
    return b'\r\n--' + boundary + b'\r\n\r\n' if boundary else b''


def _names_of(host: str) -> set[str]:
  names = {host.lower(), *LOCAL}
  if host not in LOCAL:  # looking up the full name may take seconds
    own = socket.gethostname()
    names |= {own.lower(), f'{own}.local'.lower(), socket.getfqdn().lower()}
  return names


def _is_number(name: str) -> bool:
  try:
    ipaddress.ip_address(name)
  except ValueError:
    return False
  return True
