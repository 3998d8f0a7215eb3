"""Models by their name, from a stand-in of the Hub on this machine."""

import http.server
import json
import pathlib
import socket
import sys
import threading

import numpy as np
import pytest
import untrained

import stc_jax
from stc_jax.bundle import bundle_folder
from stc_jax.errors import InputError
from stc_jax.export import shared_folder

constants = pytest.importorskip('huggingface_hub.constants')
COMMIT = 'a' * 40


@pytest.fixture
def shared(tmp_path) -> pathlib.Path:
  """A folder that export has written, with two models and a file that isn't ours."""
  for seed in range(2):
    one = untrained.bundle('stc', {}, {}, seed)
    bundle_folder.save(tmp_path / 'run' / 'models' / f'0-{seed}', one)
  shared_folder.write(str(tmp_path / 'run'), tmp_path / 'shared')
  (tmp_path / 'shared' / 'setup.py').write_text('raise SystemExit')
  return tmp_path / 'shared'


@pytest.fixture
def hub(shared, tmp_path, monkeypatch):
  """The address of a hub that knows a/model, and the paths that were asked for."""
  asked = []

  class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
      asked.append(self.path)
      path = self.path.partition('?')[0]
      name = path.partition(f'/resolve/{COMMIT}/')[2]
      files = {str(p.relative_to(shared)): p for p in shared.rglob('*') if p.is_file()}
      headers = {'X-Repo-Commit': COMMIT}
      if path.startswith('/api/models/a/model/revision/other'):
        self.send_response(404)
        body, headers = b'{}', {'X-Error-Code': 'RevisionNotFound'}
      elif path.startswith('/api/models/a/model/revision/'):
        self.send_response(200)
        siblings = [{'rfilename': name} for name in files]
        answer = {'id': 'a/model', 'sha': COMMIT, 'siblings': siblings}
        body = json.dumps(answer).encode()
      elif path.startswith('/api/models/a/model/tree/'):
        self.send_response(200)
        body = json.dumps(
          [
            {'type': 'file', 'path': name, 'size': p.stat().st_size, 'oid': 'b' * 40}
            for name, p in files.items()
          ]
        ).encode()
      elif path.startswith('/a/model/') and name in files:
        self.send_response(200)
        body = files[name].read_bytes()
        headers['ETag'] = f'"{hash(name):x}"'
      else:
        self.send_response(404)
        body, headers = b'{}', {'X-Error-Code': 'RepoNotFound'}
      self.send_header('Content-Type', 'application/json')
      self.send_header('Content-Length', str(len(body)))
      for key, value in headers.items():
        self.send_header(key, value)
      self.end_headers()
      if self.command != 'HEAD':
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
      pass

  server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
  thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
  thread.start()
  _point(monkeypatch, server.server_port, tmp_path)
  yield asked
  server.shutdown()
  thread.join()
  server.server_close()


def _point(monkeypatch, port, tmp_path):
  """Lets the client talk to this machine only, with an empty cache."""
  here = f'http://127.0.0.1:{port}'
  template = here + '/{repo_id}/resolve/{revision}/{filename}'
  monkeypatch.setattr(constants, 'ENDPOINT', here)
  monkeypatch.setattr(constants, 'HUGGINGFACE_CO_URL_TEMPLATE', template)
  monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path / 'cache'))
  monkeypatch.setattr(constants, 'HF_HUB_DISABLE_XET', True)
  monkeypatch.setenv('NO_PROXY', '127.0.0.1')


def test_it_answers_as_the_folder_does_and_is_fetched_once(hub, shared):
  frames = np.random.default_rng(0).integers(0, 255, (5, 19, 26, 3), np.uint8)
  model = stc_jax.load('hf://a/model')
  assert len(model.bundles) == 2
  np.testing.assert_array_equal(model(frames), stc_jax.load(shared)(frames))
  assert not [path for path in hub if 'setup.py' in path]
  fetched = len([path for path in hub if 'weights' in path])
  assert fetched
  stc_jax.load('hf://a/model')
  assert len([path for path in hub if 'weights' in path]) == fetched


@pytest.mark.parametrize(
  ('name', 'words'),
  [
    ('hf://a', 'not a name on the Hub; write hf://user/model'),
    ('hf://a/b/c', 'not a name on the Hub'),
    ('hf://a/../b', 'not a name on the Hub'),
    ('hf://a/b--c', 'not a name on the Hub'),
    ('hf://a/none', 'no such model on the Hub'),
    ('hf://a/model@other', 'no such revision'),
  ],
)
def test_what_is_not_there_is_said_in_a_line(hub, name, words):
  with pytest.raises(InputError, match=words) as error:
    stc_jax.load(name)
  assert str(error.value).startswith(f'{name}: ')
  assert '\n' not in str(error.value)


def test_without_a_network_a_folder_is_the_remedy(tmp_path, monkeypatch):
  with socket.socket() as taken:  # bound, but not listening
    taken.bind(('127.0.0.1', 0))
    _point(monkeypatch, taken.getsockname()[1], tmp_path)
    with pytest.raises(InputError, match=r'does not answer.*name a folder'):
      stc_jax.load('hf://a/model')


def test_without_the_extra_it_is_named(monkeypatch):
  monkeypatch.delitem(sys.modules, 'stc_jax.predict.hub', raising=False)
  monkeypatch.setitem(sys.modules, 'huggingface_hub', None)
  with pytest.raises(InputError, match=r'huggingface_hub is missing; pip .*\[hub\]'):
    stc_jax.load('hf://a/model')
