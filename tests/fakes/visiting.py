"""A server of the page, and a visitor that acts as the page's own script."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import pytest

httpx = pytest.importorskip('httpx')

MEGABYTES = '1'
PATIENCE = 20  # seconds


@dataclasses.dataclass
class PageServer:
  """A server: its address and process, what holds answers up, where its files lie."""

  address: str
  process: subprocess.Popen
  hold: pathlib.Path
  folder: pathlib.Path


class Visitor(httpx.Client):
  """Does what the page's own script does."""

  def __init__(self, served):
    super().__init__(base_url=served.address, timeout=PATIENCE, trust_env=False)
    self.name = os.urandom(6).hex()

  def uploads(self, path, name=''):
    """Returns where the server keeps it."""
    with path.open('rb') as file:
      form = {'files': (name or path.name, file)}
      answer = self.post('gradio_api/upload', files=form)
    answer.raise_for_status()
    return pathlib.Path(answer.json()[0])

  def joins(self, path):
    """Presses the button."""
    file = {'path': str(path), 'meta': {'_type': 'gradio.FileData'}}
    body = {'data': [file, 'largest'], 'fn_index': 0, 'session_hash': self.name}
    self.post('gradio_api/queue/join', json=body).raise_for_status()

  def tries(self, example):
    """Presses the button of an example, and returns as `asks`."""
    body = {'data': ['largest'], 'fn_index': 2 + example, 'session_hash': self.name}
    self.post('gradio_api/queue/join', json=body).raise_for_status()
    return self._answer()

  def reads(self, kind='process_completed'):
    """Returns the next message of this kind."""
    data = {'session_hash': self.name}
    with self.stream('GET', 'gradio_api/queue/data', params=data) as answer:
      deadline = time.monotonic() + PATIENCE
      for line in answer.iter_lines():
        assert time.monotonic() < deadline, f'no {kind} came'
        told = json.loads(line.removeprefix('data: ')) if line else {}
        if told.get('msg') == kind:
          return told
    raise AssertionError(f'no {kind} came')

  def opens(self):
    """Opens the page, until the block ends."""
    return self.stream('GET', f'gradio_api/heartbeat/{self.name}')

  def asks(self, path, name=''):
    """Returns label, time line, table, events and words, or a line in their place."""
    self.joins(self.uploads(path, name))
    return self._answer()

  def _answer(self):
    told = self.reads()
    return told['output']['data' if told['success'] else 'error']


@contextlib.contextmanager
def serving(folder):
  """Serves, until the block ends, with `folder` for temporary files."""
  host, port = free_address()
  flags = f'--host={host}', f'--port={port}', f'--max_megabytes={MEGABYTES}'
  with subprocess.Popen(
    [sys.executable, '-m', 'fakes.bright_server', folder / 'hold', *flags],
    env=os.environ
    | {'TMPDIR': str(folder), 'PYTHONPATH': os.pathsep.join(p for p in sys.path if p)},
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
  ) as process:
    try:
      said = process.stdout.readline()
      address = re.match(r'http://\S+:\d+/', said)
      assert address, said + process.communicate()[0]
      yield PageServer(
        address[0], process, folder / 'hold', next(folder.glob('stc_jax_*'))
      )
    finally:
      process.kill()


def free_address():
  """Returns this machine's own address, of IP version 6 where it has it; and a port."""
  for host, family in (('::1', socket.AF_INET6), ('127.0.0.1', socket.AF_INET)):
    with (
      contextlib.suppress(OSError),
      socket.create_server((host, 0), family=family) as s,
    ):
      return host, str(s.getsockname()[1])
  raise AssertionError('nothing can be listened on')


def files_in(folder):
  return {path for path in folder.rglob('*') if path.is_file()}


def within_seconds(holds):
  deadline = time.monotonic() + PATIENCE
  while not holds():
    assert time.monotonic() < deadline
    time.sleep(0.05)
