"""`python -m stc_jax.export` of a finished run, for a reader without us."""

import json

import numpy as np
import pytest
from command import succeeds

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
