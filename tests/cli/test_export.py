"""`stc-jax export` of a finished run; the file is read without stc_jax."""

import json
import shutil

import numpy as np
import pytest
from command import fails, succeeds

import stc_jax
from stc_jax.data import catalogue, records
from stc_jax.faces.images import resize

pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')


@pytest.fixture(scope='module')
def clips(data_dir):
  builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
  return [record.frames for record in records.of(builder)][:6]


def test_a_run_as_onnx(finished, clips, environment, tmp_path):
  path = tmp_path / 'mine.onnx'
  said = succeeds(
    'stc_jax.export', f'--model={finished}', f'--output={path}', env=environment
  )
  assert 'the mean of 2 models' in said
  session, model = onnxruntime.InferenceSession(path), stc_jax.load(finished)
  size = model.bundles[0].input
  frames = np.stack([resize(clip, size.height, size.width) for clip in clips])
  real = np.full(len(clips), frames.shape[1], np.int32)
  (found,) = session.run(None, {'frames': frames, 'real': real})
  wanted = [model(clip) for clip in clips]
  np.testing.assert_allclose(found, wanted, atol=1e-4)
  assert np.std(wanted, axis=0).max() > 0.01
  about = session.get_modelmeta().custom_metadata_map
  assert json.loads(about['names']) == list(model.names)
  assert json.loads(about['alignment']) == model.bundles[0].alignment
  assert [each['provenance']['trial'] for each in json.loads(about['models'])] == [
    '0-0',
    '0-1',
  ]


def test_a_bundle_as_stablehlo_lies_in_its_folder(finished, environment, tmp_path):
  folder = shutil.copytree(finished / 'models' / '0-1', tmp_path / 'model')
  argv = ('stc_jax', 'export', f'--model={folder}', '--format=stablehlo')
  said = succeeds(*argv, env=environment)
  assert f'{folder}/model.stablehlo.zip: ' in said
  assert 'not for archiving' in said
  assert (folder / 'model.stablehlo.zip').stat().st_size


def test_a_file_that_cannot_be_written(finished, tmp_path):
  for output, naming in (
    (tmp_path, f'{tmp_path}: is a folder; name a file'),
    (tmp_path / 'none' / 'm.onnx', 'none is no folder; make it'),
  ):
    argv = ('stc_jax.export', f'--model={finished}', f'--output={output}')
    fails(*argv, naming=naming)
