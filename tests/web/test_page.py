"""The page in a browser: the actions of a visitor, and refusals."""

import csv
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import cv2
import numpy as np
import pytest

import stc_jax

pytest.importorskip('gradio')
playwright = pytest.importorskip('playwright.sync_api')
CHROMIUM = shutil.which('chromium')
if not CHROMIUM:
  pytest.skip('there is no chromium', allow_module_level=True)

PATIENCE = 90_000  # milliseconds
WIDE, NARROW = {'width': 1280, 'height': 900}, {'width': 390, 'height': 844}
FAKE_CAMERA = (
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
)


@pytest.fixture(scope='module')
def server(finished, environment, tmp_path_factory):
  """The page's address, its process, and the folder that its files lie in."""
  folder = tmp_path_factory.mktemp('served')
  with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    port = free.getsockname()[1]
  command = [sys.executable, '-m', 'stc_jax.predict', '--serve', f'--model={finished}']
  with subprocess.Popen(
    [*command, f'--port={port}', '--max_megabytes=1'],
    env=environment | {'TMPDIR': str(folder)},
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
  ) as process:
    said = process.stdout.readline()
    assert f'http://127.0.0.1:{port}/' in said, said + process.stdout.read()
    yield f'http://127.0.0.1:{port}/', process, folder
    process.kill()


@pytest.fixture(scope='module')
def browser():
  with playwright.sync_playwright() as started:
    yield started.chromium.launch(executable_path=CHROMIUM, args=FAKE_CAMERA)


@pytest.fixture
def visit(server, browser):
  """The page, and the addresses elsewhere that it asked for."""
  page = browser.new_page(viewport=WIDE, accept_downloads=True)
  page.set_default_timeout(PATIENCE)
  asked = []
  page.on('request', lambda request: asked.append(request.url))
  page.goto(server[0])
  page.wait_for_selector('#ask_upload')
  yield page
  page.close()
  here = (server[0], 'data:', 'blob:')
  assert not [address for address in asked if not address.startswith(here)]


@pytest.fixture(scope='module')
def video(tmp_path_factory):
  """Two seconds of blots that wander."""
  path = tmp_path_factory.mktemp('video') / 'mine & yours.mp4'
  writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 20, (64, 48))
  noise = np.random.default_rng(0).integers(0, 120, (6, 8, 3)).astype(np.uint8)
  for number in range(40):
    writer.write(np.roll(cv2.resize(noise, (64, 48)), number, axis=1))
  writer.release()
  return path


def choose(page, path: pathlib.Path) -> None:
  page.set_input_files('#upload input[type=file]', str(path))
  page.get_by_text(path.suffix).first.wait_for()


def toast(page) -> str:
  page.wait_for_selector('.toast-body')
  return ' '.join(page.locator('.toast-body').all_inner_texts())


def overflow(page) -> int:
  return page.evaluate('document.documentElement.scrollWidth - innerWidth')


def test_a_video_s_time_line_and_table(visit, video, finished):
  choose(visit, video)
  visit.click('#ask_upload')
  time_line = visit.frame_locator('#time_line iframe')
  answer = stc_jax.load(finished).predict(video)
  time_line.get_by_text('In words').wait_for()
  assert time_line.locator('h1').inner_text() == 'mine & yours.mp4'
  assert time_line.locator('path.curve').count() == len(answer.names)
  assert answer.label in visit.locator('#label').inner_text()
  film = time_line.locator('video')
  film.evaluate('v => v.readyState > 0 || new Promise(r => v.onloadedmetadata = r)')
  assert film.evaluate('v => v.duration') == pytest.approx(2, abs=0.1)
  events = time_line.get_by_role('region', name='Events').locator('tr')
  assert events.count() == len(answer.events()) + 1 > 1
  film.evaluate('v => { v.currentTime = 1.9 }')
  events.nth(1).get_by_role('button').press('Enter')
  onset = pytest.approx(answer.events()['onset'][0], abs=0.01)
  assert film.evaluate('v => v.currentTime') == onset
  assert events.nth(1).get_attribute('aria-current') == 'true'
  with visit.expect_download() as download:
    visit.click('#table')
  assert download.value.suggested_filename.endswith('.csv')
  with open(download.value.path(), newline='', encoding='utf-8') as file:
    rows = list(csv.DictReader(file))
  assert [row['label'] for row in rows] == answer.table['label'].tolist()
  assert any(row['label'] for row in rows)
  for name in answer.columns:
    found = [float(row[name] or 'nan') for row in rows]
    np.testing.assert_allclose(found, answer.table[name], atol=1e-5)
  with visit.expect_download() as download:
    visit.click('#events')
  with open(download.value.path(), newline='', encoding='utf-8') as file:
    found = [(float(row['onset']), row['label']) for row in csv.DictReader(file)]
  wanted = answer.events()[['onset', 'label']].tolist()
  assert found == [(pytest.approx(onset, abs=0.001), label) for onset, label in wanted]
  for size in (WIDE, NARROW):
    visit.set_viewport_size(size)
    visit.wait_for_timeout(500)
    assert overflow(visit) <= 0
    whole = visit.locator('#time_line iframe').evaluate(
      'f => f.contentDocument.documentElement.scrollHeight - f.clientHeight'
    )
    assert whole <= 0, 'the time line should not scroll by itself'


def test_an_example_is_answered_by_a_key(visit):
  assert visit.get_by_text('It gives each frame of a face one of').is_visible()
  assert visit.get_by_text("Don't use it to judge people").is_visible()
  visit.get_by_role('button', name='Try happiness').press('Enter')
  visit.get_by_role('status').filter(has_text='happiness.mp4: ').wait_for()
  time_line = visit.frame_locator('#time_line iframe')
  assert time_line.locator('h1').inner_text() == 'happiness.mp4'


def test_every_control_has_a_name_that_is_read_out(visit, video):
  choose(visit, video)
  for tab in ('Webcam', 'Upload'):
    visit.get_by_role('tab', name=tab).click()
    heard = visit.locator('body').aria_snapshot()
    controls = re.findall(r'- (?:button|radio|tab|textbox|slider)\b.*', heard)
    assert len(controls) >= 7, heard
    assert not [line for line in controls if '"' not in line], heard
    levels = [int(n) for n in re.findall(r'heading .* \[level=(\d)\]', heard)]
    assert levels[0] == 1
    assert max(np.diff(levels)) <= 1


def test_a_recording_of_the_webcam(visit):
  visit.get_by_role('tab', name='Webcam').click()
  visit.locator('#webcam button').first.click()
  record = visit.locator('#webcam .capture-button')
  record.click()
  visit.wait_for_timeout(1500)
  record.click()
  visit.locator('#webcam video[src]').first.wait_for(state='attached')
  visit.click('#ask_webcam')
  time_line = visit.frame_locator('#time_line iframe')
  time_line.get_by_text('In words').wait_for()
  assert time_line.locator('h1').inner_text().endswith('.webm')
  assert time_line.locator('path.curve').count() > 0


def test_what_is_no_video_is_refused_in_words(visit, server, tmp_path):
  visit.click('#ask_upload')
  assert 'No video yet' in toast(visit)
  for name, size, naming in (
    ('bad.mp4', 5000, 'bad.mp4: no frame of this video can be read'),
    ('bad.txt', 5000, 'Invalid file type'),
    ('big.mp4', 1_100_000, 'exceed the maximum allowed size of 1.0 Mb'),
  ):
    visit.goto(server[0])
    path = tmp_path / name
    path.write_bytes(b'x' * size)
    visit.set_input_files('#upload input[type=file]', str(path))
    if name == 'bad.mp4':
      visit.get_by_text('.mp4').first.wait_for()
      visit.click('#ask_upload')
    said = toast(visit)
    assert naming in said
    assert str(server[2]) not in said


def test_files_that_were_not_uploaded_are_refused(server, finished):
  address = server[0]
  for path in ('/etc/passwd', '../../etc/passwd', str(finished / 'config.json')):
    with pytest.raises(urllib.error.HTTPError) as refused:
      urllib.request.urlopen(f'{address}gradio_api/file={path}')
    assert refused.value.code == 403
    assert 'File not allowed' in refused.value.read().decode()
    said = asked_of_the_server(address, path)
    assert 'was not uploaded by a user' in said
  with pytest.raises(urllib.error.HTTPError) as refused:
    urllib.request.urlopen(oversized(address))
  assert refused.value.code == 413
  assert 'maximum allowed size' in refused.value.read().decode()


def asked_of_the_server(address: str, path: str) -> str:
  """What it says to a button pressed with a path of one's own."""
  name = path.replace('/', '')
  body = {
    'data': [{'path': path, 'meta': {'_type': 'gradio.FileData'}}, 'largest'],
    'fn_index': 0,
    'session_hash': name,
  }
  request = urllib.request.Request(
    f'{address}gradio_api/queue/join',
    json.dumps(body).encode(),
    {'Content-Type': 'application/json'},
  )
  urllib.request.urlopen(request).close()
  data = f'{address}gradio_api/queue/data?session_hash={name}'
  with urllib.request.urlopen(data, timeout=60) as answer:
    return answer.read().decode()


def oversized(address: str) -> urllib.request.Request:
  """A form that the page itself would not have sent."""
  head = (
    '--x\r\nContent-Disposition: form-data; name="files"; filename="../a.mp4"\r\n\r\n'
  )
  body = head.encode() + b'x' * 1_100_000 + b'\r\n--x--\r\n'
  kind = {'Content-Type': 'multipart/form-data; boundary=x'}
  return urllib.request.Request(f'{address}gradio_api/upload', body, kind)


def test_it_listens_here_alone_and_leaves_nothing_behind(server):
  address, process, folder = server
  port = int(address.rstrip('/').rpartition(':')[2])
  listening = [
    line.split()[1]
    for name in ('tcp', 'tcp6')
    for line in pathlib.Path('/proc/net', name).read_text('utf-8').splitlines()[1:]
    if line.split()[3] == '0A' and line.split()[1].endswith(f':{port:04X}')
  ]
  assert listening == [f'0100007F:{port:04X}']
  assert [p.name for p in folder.iterdir() if p.name.startswith('stc_jax_')]
  process.terminate()  # what is true of it is true of Ctrl-C
  deadline = time.monotonic() + 60
  while process.poll() is None and time.monotonic() < deadline:
    time.sleep(0.1)
  assert process.returncode == 130
  assert not [p.name for p in folder.iterdir() if p.name.startswith('stc_jax_')]
