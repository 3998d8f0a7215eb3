"""The page's server, with the requests of a browser's script."""

import asyncio
import signal
import socket
import time

import pytest
from fakes import videos, visiting

httpx = pytest.importorskip('httpx')
pytest.importorskip('gradio')
guard = pytest.importorskip('stc_jax.web.guard')
responses = pytest.importorskip('starlette.responses')


@pytest.fixture(scope='module')
def served(tmp_path_factory):
  with visiting.serving(tmp_path_factory.mktemp('served')) as served:
    yield served


@pytest.fixture
def visitor(served):
  with visiting.Visitor(served) as visitor:
    yield visitor


@pytest.fixture(scope='module')
def video(tmp_path_factory):
  path = tmp_path_factory.mktemp('video') / 'mine.mp4'
  return videos.write(path, videos.nodding(20))


def test_an_answer_comes_with_its_table_and_video(visitor, video):
  label, time_line, table, events, said = visitor.asks(video)
  assert label['value']['label'] == 'dark'
  assert 'mine.mp4' in time_line
  assert table['value']['path'].endswith('mine.csv')
  assert events['value']['path'].endswith('mine_events.csv')
  assert said.startswith('mine.mp4: dark, 1 event.')


def test_an_example_is_answered_and_stays(visitor):
  for _ in range(2):
    _, time_line, table, _, said = visitor.tries(1)
    assert said.startswith('surprise.mp4: ')
    assert 'surprise.mp4' in time_line
    assert table['value']['path'].endswith('surprise.csv')


def test_notes_stand_on_the_page(visitor, tmp_path):
  short = videos.write(tmp_path / 'short.mp4', videos.nodding(5))
  _, time_line, *_ = visitor.asks(short)
  assert 'shorter than a window of 0.40 s' in time_line


def test_a_failure_is_one_line_that_names_the_video(visitor, served, video, tmp_path):
  for name, told in (
    ('defect.mp4', 'defect.mp4: this video has hit a bug in the program'),
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
  assert 'was not uploaded by a user' in visitor.reads()['output']['error']


def test_strangers_are_turned_away(served, visitor, video):
  address = served.address.removesuffix('/')
  port = address.rpartition(':')[2]
  form = {'files': ('a.mp4', b'x')}
  for headers in (
    {'Host': f'evil.example:{port}'},
    {'Host': f'evil.example:{port}', 'Origin': f'http://evil.example:{port}'},
    {'Host': f'127.0.0.1.evil.example:{port}'},
    {'Host': '[broken'},
    {'Origin': 'http://evil.example'},
    {'Origin': f'http://localhost:{int(port) - 1}'},
    {'Origin': 'null'},
  ):
    for answer in (
      visitor.get('', headers=headers),
      visitor.post('gradio_api/upload', files=form, headers=headers),
    ):
      assert answer.status_code == 403, headers
      assert len(answer.text.splitlines()) == 1
  for headers in (
    {'Origin': address},
    {'Host': f'localhost:{port}', 'Origin': f'http://localhost:{port}'},
    {'Host': 'LOCALHOST:9000', 'Origin': 'http://localhost:9000'},  # by a tunnel
  ):
    assert visitor.get('', headers=headers).status_code == 200
    upload = visitor.post('gradio_api/upload', files=form, headers=headers)
    assert upload.status_code == 200


def test_all_addresses_are_those_in_numbers_and_our_own_names():
  async def page(scope, receive, send):
    await responses.PlainTextResponse('in')(scope, receive, send)

  async def asked(address):
    transport = httpx.ASGITransport(guard.Guard(page, '0.0.0.0', 1))
    async with httpx.AsyncClient(transport=transport, base_url=address) as client:
      return (await client.get('/')).status_code

  for address, code in (
    ('http://192.0.2.7:80', 200),
    ('http://[2001:db8::7]:7860', 200),
    (f'http://{socket.gethostname()}:7860', 200),
    ('http://evil.example:7860', 403),
    ('http://192.0.2.7.evil.example', 403),
  ):
    assert asyncio.run(asked(address)) == code, address


def test_the_limit_is_a_request_s(served, visitor):
  before = visiting.files_in(served.folder)
  half = b'x' * 700_000
  request = visitor.build_request(
    'POST',
    'gradio_api/upload',
    files=[('files', (n, half)) for n in ('a.mp4', 'b.mp4')],
  )
  kind, body = request.headers['content-type'], request.read()
  pieces = (body[at : at + 2**16] for at in range(0, len(body), 2**16))
  for content in (body, pieces):  # the second has no length
    answer = visitor.post(
      'gradio_api/upload', content=content, headers={'content-type': kind}
    )
    assert answer.status_code == 413
    assert 'maximum allowed size of 1 MB' in answer.text
  assert visiting.files_in(served.folder) == before


def test_an_upload_that_is_broken_off_leaves_nothing(served):
  before = visiting.files_in(served.folder)
  head = (
    'POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n'
    'Content-Type: multipart/form-data; boundary=end\r\n\r\n'
    '--end\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
  )
  at = httpx.URL(served.address)
  with socket.create_connection((at.host, at.port)) as connection:
    connection.sendall(head.encode() + b'x' * 300_000)
    visiting.within_seconds(lambda: visiting.files_in(served.folder) - before)
  visiting.within_seconds(lambda: visiting.files_in(served.folder) == before)


def test_who_closes_the_page_stops_the_answer(served, visitor, video):
  served.hold.touch()
  with visiting.Visitor(served) as first, visiting.Visitor(served) as waiting:
    with first.opens(), waiting.opens():
      for other, told in ((first, 'finding faces'), (waiting, 'waiting: 1 before you')):
        other.joins(other.uploads(video, 'held.mp4'))
        assert other.reads('progress')['progress_data'][0]['desc'] == told
    label, *_ = visitor.asks(video)  # nobody is before it any more
  assert label['value']['label'] == 'dark'


def test_an_interrupt_ends_the_answers_then_the_server(served, video):
  served.hold.touch()
  with visiting.Visitor(served) as first, visiting.Visitor(served) as second:
    for visitor in (first, second):
      visitor.joins(visitor.uploads(video, 'held.mp4'))
    with first.opens():
      assert first.reads('progress')
      for _ in range(3):  # impatience changes nothing
        served.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
      said, _ = served.process.communicate(timeout=60)
  # All that Gradio printed is about the file that nobody uploaded.
  _, _, said = said.rpartition('was not uploaded by a user.\n')
  assert said == 'interrupted; the same command continues\n'
  assert served.process.returncode == 130
  assert not served.folder.exists()
