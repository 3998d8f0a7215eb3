"""What stands before the page: lets in whom it is for, with no more than it takes."""

import ipaddress
import socket
import urllib.parse
from collections.abc import Mapping

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HERE = ('127.0.0.1', 'localhost', '::1')
_ANYWHERE = ('0.0.0.0', '::')
_FRAME = 2**16  # bytes of a request beside the video that it brings
_REFUSED, _TOO_LARGE = 403, 413
_GONE: Message = {'type': 'http.disconnect'}


class Guard:
  """An ASGI application before another, which sees only what passes.

  The host that a request is for must be one of the page's. Whoever owns a name can let
  it point to this machine, and a browser then takes their page and ours for one (DNS
  rebinding). An address in numbers has no owner; ports don't decide, as tunnels change
  them. A request that a page made must be made by ours: browsers send what any page
  asks for to any address, and name the page as `Origin`.

  A body that is too large, or that its sender breaks off, is ended as no form may end:
  Gradio then removes what it wrote of it, but not for a sender who just leaves.

  Args:
    app: what is guarded.
    host: what is listened on, a name or an address.
    megabytes: the largest video; a request may bring one.
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
    if why := self._stranger(scope['scheme'], headers):
      await PlainTextResponse(why, _REFUSED)(scope, receive, send)
      return
    body = _Body(receive, headers, most)
    if not body.is_too_large:
      await self._app(scope, body.receive, body.unless_too_large(send))
    if body.is_too_large:
      why = f'The request exceeds the maximum allowed size of {self._megabytes} MB.'
      await PlainTextResponse(why, _TOO_LARGE)(scope, receive, send)

  def _stranger(self, scheme: str, headers: Mapping[str, str]) -> str:
    """Why a request isn't for this page, or isn't from it; ''."""
    host, origin = headers.get('host', ''), headers.get('origin')
    if not self._is_served(host):
      return (
        f'Nothing is served as {host!r}: take the address that was shown at the start, '
        "or the machine's in numbers."
      )
    if origin is not None and origin.lower() != f'{scheme}://{host}'.lower():
      return f'Pages of {origin!r} are no part of this one.'
    return ''

  def _is_served(self, host: str) -> bool:
    try:
      name = (urllib.parse.urlsplit(f'//{host}').hostname or '').rstrip('.')
    except ValueError:
      return False
    return name in self._names or (self._is_anywhere and _is_number(name))


class _Body:
  """A request's body as it comes in.

  Attributes:
    is_too_large: more was announced, or came, than `most` bytes.
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
    """Returns `send` for an answer that doesn't know of it."""

    async def sends(message: Message) -> None:
      if not self.is_too_large:
        await send(message)

    return sends

  def _no_end(self) -> bytes:
    """A part without the name that each must have, if it is a form."""
    _, options = parse_options_header(self._kind)
    boundary = options.get(b'boundary')
    return b'\r\n--' + boundary + b'\r\n\r\n' if boundary else b''


def _names_of(host: str) -> set[str]:
  names = {host.lower(), *_HERE}
  if host not in _HERE:  # looking up the full one may take seconds
    own = socket.gethostname()
    names |= {own.lower(), f'{own}.local'.lower(), socket.getfqdn().lower()}
  return names


def _is_number(name: str) -> bool:
  try:
    ipaddress.ip_address(name)
  except ValueError:
    return False
  return True
