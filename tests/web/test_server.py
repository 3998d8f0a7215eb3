"""The page's server, asked as a browser's script asks it."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest
import videos

httpx = pytest.importorskip('httpx')
pytest.importorskip('gradio')

HERE = pathlib.Path(__file__).parent
MEGABYTES = '1'


@dataclasses.dataclass
class Served:
  """A server: its address and process, what holds answers up, where its files lie."""

  address: str
  process: subprocess.Popen
  hold: pathlib.Path
  folder: pathlib.Path


class Visitor(httpx.Client):
  """Does what the page's own script does."""

  def __init__(self, served):
    super().__init__(base_url=served.address, timeout=20, trust_env=False)
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

  def reads(self):
    """Returns label, time line and table, or the line that stands in their place."""
    data = {'session_hash': self.name}
    with self.stream('GET', 'gradio_api/queue/data', params=data) as answer:
      for line in answer.iter_lines():
        told = json.loads(line.removeprefix('data: ')) if line else {}
        if told.get('msg') == 'process_completed':
          output = told['output']
          return output['data'] if told['success'] else output['error']
    raise AssertionError('no answer came')

  def asks(self, path, name=''):
    self.joins(self.uploads(path, name))
    return self.reads()


@pytest.fixture(scope='module')
def served(tmp_path_factory):
  folder = tmp_path_factory.mktemp('served')
  host, port = free_address()
  with subprocess.Popen(
    [sys.executable, HERE / 'bright_server.py', folder / 'hold', host, port, MEGABYTES],
    env=os.environ
    | {'TMPDIR': str(folder), 'PYTHONPATH': os.pathsep.join(p for p in sys.path if p)},
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
  ) as process:
    said = process.stdout.readline()
    address = re.match(r'http://\S+:\d+/', said)
    assert address, said + process.communicate()[0]
    yield Served(address[0], process, folder / 'hold', next(folder.glob('stc_jax_*')))
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


@pytest.fixture
def visitor(served):
  with Visitor(served) as visitor:
    yield visitor


@pytest.fixture(scope='module')
def video(tmp_path_factory):
  path = tmp_path_factory.mktemp('video') / 'mine.mp4'
  return videos.write(path, videos.nodding(20))


def test_an_answer_comes_with_its_table_and_video(visitor, video):
  label, time_line, table = visitor.asks(video)
  assert label['value']['label'] == 'dark'
  assert 'mine.mp4' in time_line
  assert table['value']['path'].endswith('mine.csv')


def test_notes_stand_on_the_page(visitor, tmp_path):
  short = videos.write(tmp_path / 'short.mp4', videos.nodding(5))
  _, time_line, _ = visitor.asks(short)
  assert 'shorter than a window of 0.40 s' in time_line


def test_a_failure_is_one_line_that_names_the_video(visitor, served, video, tmp_path):
  for name, told in (
    ('defect.mp4', 'defect.mp4: this program has a fault that this video meets'),
    ('no.mp4', 'no.mp4: no frame of this video can be read'),
  ):
    source = video if name == 'defect.mp4' else tmp_path / name
    (tmp_path / 'no.mp4').write_bytes(b'x' * 5000)
    said = visitor.asks(source, name)
    assert said.startswith(told)
    assert '\n' not in said
    assert str(served.folder) not in said


def test_what_nobody_uploaded_is_not_opened(visitor, video):
  visitor.joins(video)
  assert 'was not uploaded by a user' in visitor.reads()


def test_an_interrupt_ends_the_answers_then_the_server(served, video):
  served.hold.touch()
  with Visitor(served) as first, Visitor(served) as second:
    for visitor in (first, second):
      visitor.joins(visitor.uploads(video, 'held.mp4'))
    with first.stream('GET', 'gradio_api/heartbeat/x') as open_page:
      assert open_page.status_code == 200
      served.process.send_signal(signal.SIGINT)
      said, _ = served.process.communicate(timeout=60)
  # All that Gradio printed is about the file that nobody uploaded.
  _, _, said = said.rpartition('was not uploaded by a user.\n')
  assert said == 'interrupted; the same command continues\n'
  assert served.process.returncode == 130
  assert not served.folder.exists()
