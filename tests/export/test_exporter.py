"""Errors of an export, and the files that it leaves."""

import contextlib
import io
import json
import zipfile

import jax
import numpy as np
import pytest
import untrained

from stc_jax import late
from stc_jax.bundle import bundle_folder
from stc_jax.errors import InputError
from stc_jax.export import exporter, stablehlo_file
from stc_jax.predict.model import Model

pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
onnx_file = late.load('stc_jax.export.onnx_file')


@pytest.fixture
def run(tmp_path):
  """Two models, as a run leaves them."""
  run = tmp_path / 'run'
  for seed in (0, 1):
    folder = run / 'models' / f'0-{seed}'
    folder.parent.mkdir(parents=True, exist_ok=True)
    bundle_folder.save(folder, untrained.bundle('stc', {}, {}, seed))
  return run


def export(model, path, writer=onnx_file):
  return exporter.export(str(model), path, writer, contextlib.nullcontext)


def test_a_bundle_as_stablehlo(run, tmp_path):
  folder, path = run / 'models' / '0-1', tmp_path / 'model.zip'
  export(folder, path, stablehlo_file)
  with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
    program = jax.export.deserialize(bytearray(file.read('program')))
    about = json.loads(file.read('metadata.json'))
  bundle = bundle_folder.load(folder)
  assert about['names'] == list(bundle.names)
  size = bundle.input
  shape = (3, size.frames, size.height, size.width, 3)
  frames = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
  found = program.call(frames, np.full(3, size.frames, np.int32))
  wanted = [Model([bundle])(clip) for clip in frames]
  np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_what_is_refused(run, tmp_path, monkeypatch):
  with pytest.raises(InputError, match='no model there'):
    export(tmp_path, run / 'model.onnx')
  monkeypatch.setattr(exporter, 'MOST_BYTES', 1000)
  with pytest.raises(InputError, match=r'2 models of .* export one of .*models'):
    export(run, run / 'model.onnx')
  assert [path.name for path in run.iterdir()] == ['models']


def test_a_file_that_differs_is_not_written(run, monkeypatch):
  monkeypatch.setattr(exporter, 'TOLERANCE', {'float32': -1.0})
  with pytest.raises(RuntimeError, match='differs from ours'):
    export(run, run / 'model.onnx')
  assert [path.name for path in run.iterdir()] == ['models']
