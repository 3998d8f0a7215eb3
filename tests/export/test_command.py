"""What exporting says, refuses, and leaves behind."""

import io
import json
import zipfile

import jax
import numpy as np
import pytest
import untrained

from stc_jax.errors import InputError
from stc_jax.export import command
from stc_jax.predict import bundle as bundles
from stc_jax.predict.model import Model

pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')


@pytest.fixture
def run(tmp_path):
  """Two models, as a run leaves them."""
  run = tmp_path / 'run'
  for seed in (0, 1):
    folder = run / 'models' / f'0-{seed}'
    folder.parent.mkdir(parents=True, exist_ok=True)
    bundles.save(folder, untrained.bundle('stc', {}, {}, seed))
  return run


def test_a_bundle_as_stablehlo_lies_in_its_folder(run, capsys):
  folder = run / 'models' / '0-1'
  command.main(str(folder), 'stablehlo', '')
  said, path = capsys.readouterr().out, folder / 'model.stablehlo.zip'
  assert str(path) in said.replace('\n', '')
  assert 'No archive' in said
  with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
    program = jax.export.deserialize(bytearray(file.read('program')))
    about = json.loads(file.read('metadata.json'))
  bundle = bundles.load(folder)
  assert about['names'] == list(bundle.names)
  size = bundle.input
  shape = (3, size.frames, size.height, size.width, 3)
  frames = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
  found = program.call(frames, np.full(3, size.frames, np.int32))
  wanted = [Model([bundle])(clip) for clip in frames]
  np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_what_is_refused(run, tmp_path, monkeypatch):
  for model, output, naming in (
    (tmp_path, '', 'no model there'),
    (run, str(tmp_path), f'{tmp_path}: is a folder; name a file'),
    (run, str(tmp_path / 'none' / 'm.onnx'), 'none is no folder; make it'),
  ):
    with pytest.raises(InputError, match=naming):
      command.main(str(model), 'onnx', output)
  monkeypatch.setattr(command, '_MOST_BYTES', 1000)
  with pytest.raises(InputError, match=r'2 models of .* export one of .*models'):
    command.main(str(run), 'onnx', '')
  assert [path.name for path in run.iterdir()] == ['models']


def test_a_file_that_answers_otherwise_is_not_written(run, monkeypatch):
  monkeypatch.setattr(command, '_MOST_APART', {'float32': -1.0})
  with pytest.raises(RuntimeError, match='answers otherwise'):
    command.main(str(run), 'onnx', '')
  assert [path.name for path in run.iterdir()] == ['models']
