"""From the files of an open database to a run, its report and a prediction."""

import csv
import json

import cv2
import numpy as np
import pytest
import small_run
from command import fails, succeeds
from fakes import crema_d, faces, fer2013, films, ravdess

FRAMES = 3


def write_crema_d(root):
  """A clip of each emotion and of an actor of each of the five parts."""
  for number, actor in enumerate((1001, 1019, 1037, 1055, 1091)):
    for emotion, code in enumerate(crema_d.COUNTS, 1):
      frames = faces.moving_face(FRAMES, 360, 480, number, emotion)
      path = crema_d.write_clip(root, f'{actor}_DFA_{code}_XX', frames)
  crema_d.write_names(root, crema_d.POINTER, ['1002_DFA_ANG_XX'])
  crema_d.add_sound(root)
  return path


def write_ravdess(root):
  """A clip of each emotion and of an actor of each of the six parts, one packed."""
  for number, actor in enumerate(ravdess.ACTORS[::4]):
    for emotion in range(1, 9):
      frames = faces.moving_face(FRAMES, 360, 640, number, emotion % 7 + 1)
      clip = f'01-{emotion:02d}-01-01-01-{actor}'
      path = ravdess.write_clip(root, '01' if number % 2 else '02', clip, frames)
  ravdess.pack(root, '01')
  return path


WRITE = {
  'crema_d': (write_crema_d, '1002_DFA_ANG_XX.flv: a pointer of Git LFS', 5, 6),
  'ravdess': (write_ravdess, '02-01-01-01-01-01-02.mp4 is missing', 6, 8),
}


@pytest.mark.slow
@pytest.mark.parametrize('name', WRITE)
def test_from_files_to_a_report_and_a_prediction(name, tmp_path, environment):
  raw, data, run, out = (tmp_path / part for part in ('raw', 'data', 'run', 'out'))
  write, gap, actors, classes = WRITE[name]
  video = write(raw)
  prepare = (
    'stc_jax.prepare',
    f'--dataset={name}',
    f'--manual_dir={raw}',
    f'--data_dir={data}',
  )
  fails(*prepare, naming=('not the whole database', gap), env=environment)
  said = succeeds(*prepare, '--allow_partial', env=environment)
  clips = actors * classes
  assert f'data: {clips} clips, {actors} subjects, {classes} classes' in said
  assert 'neutral' in said
  train = small_run.of_launch_file(
    name,
    data,
    run,
    small_run.NETWORK
    | {
      'input.frames': '3',
      'protocol.kind': 'given',
      'protocol.repeats': '1',
      'training.stages': '((2, 0.001),)',
    },
  )
  succeeds(*train, env=environment)
  summary = json.loads((run / 'summary.json').read_text())
  assert (summary['trials'], np.sum(summary['confusion'])) == (actors, clips)
  succeeds('stc_jax.report', f'--workdir={run}', env=environment)
  assert name in (run / 'report' / 'index.html').read_text(encoding='utf-8')
  predict = ('stc_jax.predict', f'--model={run}', f'--out={out}', '--one_clip')
  succeeds(*predict, '--min_motion=0', str(video), env=environment)
  with (out / f'{video.stem}.csv').open(newline='', encoding='utf-8') as file:
    rows = list(csv.DictReader(file))
  assert len(rows) == FRAMES
  assert 0 < float(rows[0]['probability_neutral']) < 1


@pytest.mark.slow
def test_from_a_table_of_stills_to_predictions(tmp_path, environment):
  raw, data, run, out = (tmp_path / name for name in ('raw', 'data', 'run', 'out'))
  rows = fer2013.rows_of(2)
  copy = (3, rows[-1][1], 'Training')  # of a test picture
  fer2013.write_table(raw, [*rows, copy, (0, '1 2 3', 'Training')])
  prepare = ('stc_jax.prepare', '--dataset=fer2013', f'--manual_dir={raw}')
  prepare += (f'--data_dir={data}', '--allow_partial')
  told = fails(
    *prepare, naming=('line 45: 3 pixels', '--max_bad_clips=1'), env=environment
  )
  assert '1 of 43 clips' in told
  said = succeeds(*prepare, '--max_bad_clips=1', env=environment)
  assert 'note: 1 pictures of train are left out' in said
  assert 'train: 14 clips' in said
  fields = {
    'input.height': '16',
    'input.width': '16',
    'densenet.depth': '10',
    'densenet.growth': '4',
    'training.stages': '((4, 0.001),)',
    'training.batch_size': '4',
    'execution.steps_per_chunk': '2',
  }
  succeeds(*small_run.of_launch_file('fer2013', data, run, fields), env=environment)
  summary = json.loads((run / 'summary.json').read_text())
  assert np.sum(summary['confusion']) == 14  # of test, not of validation
  succeeds('stc_jax.report', f'--workdir={run}', env=environment)
  cv2.imwrite(str(tmp_path / 'still.png'), rows[0][1])
  films.write_video(tmp_path / 'film.mp4', 'mpeg4', count=6)
  for name in ('still.png', 'film.mp4'):
    command = ('stc_jax.predict', f'--model={run}', str(tmp_path / name))
    succeeds(*command, f'--out={out}', env=environment)
  for name, frames in (('still', 1), ('film', 6)):
    with (out / f'{name}.csv').open(newline='') as file:
      labels = [row['label'] for row in csv.DictReader(file)]
    assert len(labels) == frames
    assert all(labels)


@pytest.fixture(scope='module')
def three_sets(tmp_path_factory, environment):
  """The three, prepared, and a video of one: other classes, rates and sizes."""
  raw, data = (tmp_path_factory.mktemp(name) for name in ('raw', 'data'))
  video = write_ravdess(raw / 'ravdess')
  write_crema_d(raw / 'crema_d')
  fer2013.write_table(raw / 'fer2013', fer2013.rows_of(1))
  for name in ('crema_d', 'ravdess', 'fer2013'):
    prepare = ('stc_jax.prepare', f'--dataset={name}', f'--manual_dir={raw / name}')
    succeeds(*prepare, f'--data_dir={data}', '--allow_partial', env=environment)
  return data, video


def open_faces(data, run, **fields):
  """The command of a short run of the three."""
  small = {'training.stages': '((4, 0.001),)', 'execution.steps_per_chunk': '2'}
  return small_run.of_launch_file(
    'open_faces', data, run, small_run.NETWORK | small, **fields
  )


@pytest.mark.slow
def test_the_three_make_one_model_for_new_videos(three_sets, tmp_path, environment):
  data, video = three_sets
  run, out = tmp_path / 'run', tmp_path / 'out'
  said = succeeds(*open_faces(data, run), env=environment)
  assert 'faces are cut out differently' in said
  summary = json.loads((run / 'summary.json').read_text())
  assert summary['classes'] == sorted(
    ['anger', 'disgust', 'fear', 'happiness', 'neutral', 'sadness', 'surprise']
  )
  (folder,) = (run / 'models').iterdir()
  bundle = json.loads((folder / 'bundle.json').read_text())
  assert {name: len(own) for name, own in bundle['subjects'].items()} == {
    'crema_d': 5,
    'ravdess': 6,
    'fer2013': 21,
  }
  predict = ('stc_jax.predict', f'--model={run}', f'--out={out}', '--one_clip')
  said = succeeds(*predict, str(video), env=environment)
  assert 'from training clips' in said
  record = json.loads((out / f'{video.stem}.json').read_text())
  assert record['label'] in summary['classes']
  assert record['distance']['largest'] >= 0


@pytest.mark.slow
def test_each_of_the_three_is_tested_by_a_model_of_the_others(
  three_sets, tmp_path, environment
):
  data, _ = three_sets
  run = tmp_path / 'run'
  fields = {'protocol__kind': 'databases', 'input__frame_rate': '0.0'}
  said = succeeds(*open_faces(data, run, **fields), env=environment)
  assert 'frame rates differ' in said
  summary = json.loads((run / 'summary.json').read_text())
  names = ['crema_d', 'fer2013', 'ravdess']
  assert summary['trial_databases'] == [[name] for name in names]
  assert {n: own['clips'] for n, own in summary['databases'].items()} == {
    'crema_d': 30,
    'fer2013': 21,
    'ravdess': 48,
  }
  for number, name in enumerate(names):
    trial = json.loads((run / 'trials' / f'0-{number}.json').read_text())
    own = summary['databases'][name]
    for floor in ('floor', 'temporal_floor', 'chance'):
      # The floors and chance are of the trial's own clips.
      assert own[f'{floor}_accuracy'] == pytest.approx(trial[f'{floor}_accuracy'])
      assert 0 <= own[f'{floor}_uar'] <= 1
    bundle = json.loads((run / 'models' / f'0-{number}' / 'bundle.json').read_text())
    assert set(bundle['subjects']) == set(names) - {name}
  succeeds('stc_jax.report', f'--workdir={run}', env=environment)
  with (run / 'report' / 'tables' / 'databases.csv').open(newline='') as file:
    rows = list(csv.DictReader(file))
  assert len(rows) == 12
  assert all(float(row['UAR']) >= 0 for row in rows)
