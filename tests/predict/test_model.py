"""Finished models without the dataset, TFDS and the run."""

import csv
import json
import os
import shutil
import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

import stc_jax
from stc_jax.data import catalogue, records
from stc_jax.errors import InputError

# What a stranger does with a bundle; frames come from a file of NumPy's.
STRANGER = """
import sys
sys.modules['tensorflow_datasets'] = None
import numpy as np
import stc_jax
model = stc_jax.load(sys.argv[1])
clips = np.load(sys.argv[2])
answers = {name: model(clips[name], fps=25.0).tolist() for name in clips}
import json
print(json.dumps({'names': model.names, 'answers': answers}))
"""


@pytest.fixture(scope='module')
def tested(finished, data_dir, tmp_path_factory):
  """Each trial's test clips: their frames in a file, and what the run said of them."""
  builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
  frames = {record.clip: record.frames for record in records.of(builder)}
  with (finished / 'predictions.csv').open(newline='') as file:
    rows = list(csv.DictReader(file))
  path = tmp_path_factory.mktemp('frames') / 'clips.npz'
  np.savez(path, **frames)
  return path, rows


def ask(*argv) -> dict:
  done = subprocess.run(
    [sys.executable, '-c', STRANGER, *map(str, argv)],
    env=os.environ,
    capture_output=True,
    text=True,
    check=True,
  )
  return json.loads(done.stdout)


def test_a_bundle_answers_as_its_trial_did(finished, tested, tmp_path):
  path, rows = tested
  bundle = shutil.copytree(finished / 'models' / '0-1', tmp_path / 'mine')
  said = ask(bundle, path)
  checked = 0
  for row in (row for row in rows if row['fold'] == '1'):
    wanted = [float(row[f'probability_{name}']) for name in said['names']]
    np.testing.assert_allclose(said['answers'][row['clip']], wanted, atol=1e-5)
    checked += 1
  assert checked == 12


def test_a_run_answers_with_the_mean_of_its_trials(finished, tested):
  path, _ = tested
  clips = np.load(path)
  name = clips.files[0]
  whole = stc_jax.load(finished)
  parts = [stc_jax.load(finished / 'models' / trial) for trial in ('0-0', '0-1')]
  mean = np.mean([part(clips[name]) for part in parts], axis=0)
  np.testing.assert_allclose(whole(clips[name]), mean, atol=1e-6)
  assert whole(clips[name]).sum() == pytest.approx(1, abs=1e-5)


def test_a_bundle_knows_what_it_was_trained_on(finished):
  (bundle,) = stc_jax.load(finished / 'models' / '0-0').bundles
  assert bundle.clip_seconds['low'] <= bundle.clip_seconds['median']
  assert 0 < bundle.clip_motion['low'] <= bundle.clip_motion['high'] < 255
  assert bundle.alignment == {'align': 'none', 'size': '64 x 64'}
  assert bundle.provenance['trial'] == '0-0'
  dataset = json.loads((finished / 'dataset.json').read_text())
  assert bundle.provenance['dataset'] == dataset


def test_what_is_no_model(finished, tmp_path):
  with pytest.raises(InputError, match=f'{tmp_path}: no model there'):
    stc_jax.load(tmp_path)
  damaged = shutil.copytree(finished / 'models' / '0-0', tmp_path / 'damaged')
  for name in ('weights.safetensors', 'bundle.json'):
    whole = (damaged / name).read_bytes()
    for part in (b'', whole[: len(whole) // 2]):
      (damaged / name).write_bytes(part)
      with pytest.raises(InputError, match=f'{damaged}: a damaged model'):
        stc_jax.load(damaged)
    (damaged / name).write_bytes(whole)


@pytest.mark.parametrize(
  'frames',
  [
    np.zeros((0, 48, 48, 3), np.uint8),
    np.zeros((5, 48, 48), np.uint8),
    np.zeros((5, 48, 48, 3), np.float32),
  ],
)
def test_what_is_no_clip(finished, frames):
  model = stc_jax.load(finished / 'models' / '0-0')
  with pytest.raises(InputError, match=r'frames: .* is no clip'):
    model(frames)


def test_arrays_of_jax_are_taken_as_numpy_s(finished, tested):
  model = stc_jax.load(finished / 'models' / '0-0')
  frames = next(iter(np.load(tested[0]).values()))
  np.testing.assert_array_equal(model(jnp.asarray(frames)), model(frames))
  found = model.predict(jnp.asarray(frames), fps=25.0, one_clip=True)
  wanted = model.predict(frames, fps=25.0, one_clip=True)
  assert found.table.tobytes() == wanted.table.tobytes()


def test_a_missing_video_is_named_whatever_else_is_asked(finished, tmp_path):
  model = stc_jax.load(finished / 'models' / '0-0')
  gone = tmp_path / 'gone.mp4'
  for fps in (None, 25.0):
    with pytest.raises(InputError, match=f'{gone}: No such file'):
      model.predict(gone, fps=fps)
