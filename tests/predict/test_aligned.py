"""Predictions of real faces that MTCNN finds equal the run's own."""

import csv

import cv2
import numpy as np
import pytest
import small_run
from command import succeeds
from fakes.faces import moving_face

import stc_jax

HEIGHT, WIDTH, FRAMES = 120, 160, 9
CLIPS = [(label, who) for label in ('awe', 'joy') for who in ('ann', 'bob')]


@pytest.fixture(scope='module')
def clips(tmp_path_factory):
  """Lossless videos, two labels by two people; the face is missing now and then."""
  folder = tmp_path_factory.mktemp('faces')
  for number, (label, who) in enumerate(CLIPS):
    (folder / label).mkdir(exist_ok=True)
    frames = moving_face(FRAMES, HEIGHT, WIDTH, number, 1 + 3 * (label == 'joy'))
    if label == 'joy':
      frames[[0, 4]] = 0
    path = str(folder / label / f'{who}_1.avi')
    fourcc = cv2.VideoWriter_fourcc(*'FFV1')
    writer = cv2.VideoWriter(path, fourcc, 25, (WIDTH, HEIGHT))
    for frame in frames:
      writer.write(frame[..., ::-1])
    writer.release()
  return folder


@pytest.fixture(scope='module')
def run(clips, tmp_path_factory, environment):
  """A run of two folds on them."""
  data, workdir = tmp_path_factory.mktemp('data'), tmp_path_factory.mktemp('run')
  flags = [f'--manual_dir={clips}', f'--data_dir={data}', '--align=mtcnn', '--smooth=1']
  succeeds(*small_run.PREPARE, *flags, env=environment)
  command = small_run.command(data, workdir, training__stages='((4, 0.001),)')
  succeeds(*command, env=environment)
  return workdir


def test_a_lossless_clip_s_numbers_are_those_of_its_trial(
  run, clips, environment, tmp_path
):
  with (run / 'predictions.csv').open(newline='') as file:
    rows = list(csv.DictReader(file))
  assert len(rows) == len(CLIPS)
  for fold in ('0', '1'):
    own = [row for row in rows if row['fold'] == fold]
    model = stc_jax.load(run / 'models' / f'0-{fold}')
    paths = [clips / f'{row["clip"]}.avi' for row in own]
    out = tmp_path / fold
    argv = [f'--model={run}/models/0-{fold}', '--one_clip', f'--out={out}']
    if fold == '0':  # by the command, then in Python
      succeeds('stc_jax.predict', *argv, *map(str, paths), env=environment)
    for row, path in zip(own, paths, strict=True):
      wanted = [float(row[f'probability_{name}']) for name in model.names]
      if fold == '0':
        (record,) = [p for p in out.glob('*.json') if path.parent.name in _input_of(p)]
        table = record.with_suffix('.csv')
        found = _probabilities(table, model.names)
      else:
        found = model.predict(path, one_clip=True).probabilities
      np.testing.assert_allclose(found, np.tile(wanted, (FRAMES, 1)), atol=1e-5)


def _input_of(record):
  return record.read_text(encoding='utf-8').partition('avi"')[0]


def _probabilities(table, names):
  with table.open(newline='') as file:
    rows = list(csv.DictReader(file))
  return [[float(row[f'probability_{name}']) for name in names] for row in rows]


def test_a_resting_face_has_no_label_and_nobody_no_face(run):
  model = stc_jax.load(run / 'models' / '0-0')
  rng = np.random.default_rng(0)
  still = moving_face(1, HEIGHT, WIDTH, 5)[0].astype(float)
  frames = [still + rng.normal(0, 5, still.shape) for _ in range(50)]
  frames += [np.zeros_like(still)] * 10
  frames = np.clip(frames, 0, 255).astype(np.uint8)
  (bundle,) = model.bundles
  seconds = bundle.clip_seconds['median']
  table = model.predict(frames, fps=25.0).table
  assert table['face'].tolist() == [1] * 50 + [0] * 10
  assert seconds < 1
  assert np.mean(table['label'] == '') >= 0.95
