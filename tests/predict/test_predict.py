"""The command line of predictions."""

import csv
import inspect
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time

import av
import numpy as np
import pytest
from command import fails, refused, succeeds
from fakes import videos

import stc_jax
from stc_jax.faces import images
from stc_jax.predict import model as models
from stc_jax.predict import prediction as predictions
from stc_jax.predict.render import timeline_page

PREDICT = 'stc_jax.predict'


@pytest.fixture(scope='module')
def bundle(finished):
  return finished / 'models' / '0-0'


@pytest.fixture(scope='module')
def video(tmp_path_factory):
  """Some seconds of movement, with sound; its frames are taken for faces."""
  folder = tmp_path_factory.mktemp('videos')
  return videos.write(folder / 'a <b> & c.mkv', videos.nodding(20), tone='flac')


def rows_of(path):
  with path.open(newline='', encoding='utf-8') as file:
    return list(csv.DictReader(file))


def test_a_video_becomes_a_table_a_video_a_page_and_a_record(
  bundle, video, environment, tmp_path
):
  argv = [
    PREDICT,
    f'--model={bundle}',
    str(video),
    f'--out={tmp_path}',
    '--min_motion=0',
    '--min_event=0',
    '--events=tsv',
  ]
  said = succeeds(*argv, env=environment)
  name = video.stem
  assert f'{tmp_path / name}.html' in said
  rows = rows_of(tmp_path / f'{name}.csv')
  assert [int(row['frame']) for row in rows] == list(range(20))
  labels = [field.removeprefix('probability_') for field in list(rows[0])[-4:-1]]
  for row in rows:
    probabilities = [float(row[f'probability_{label}']) for label in labels]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert row['label'] == labels[int(np.argmax(probabilities))]
    assert (row['face'], row['face_score'], row['box_right']) == ('1', '', '48.0')
  with av.open(str(tmp_path / f'{name}.mp4')) as made:
    assert made.streams.video[0].codec_context.name == 'h264'
    assert sum(1 for _ in made.decode(video=0)) == 20
  with av.open(str(tmp_path / f'{name}.mp4')) as made:
    heard = np.concatenate([f.to_ndarray()[0] for f in made.decode(audio=0)])
  crossings = (np.diff(np.signbit(heard[4800:24000])) != 0).sum()
  assert crossings / 0.4 == pytest.approx(2 * 440, rel=0.02)
  with (tmp_path / f'{name}_events.tsv').open(newline='', encoding='utf-8') as file:
    events = list(csv.DictReader(file, delimiter='\t'))
  runs = [(k, len([*g])) for k, g in itertools.groupby(row['label'] for row in rows)]
  lasts = [(event['label'], float(event['duration'])) for event in events]
  assert lasts == [
    (label, pytest.approx(count / 25, abs=0.002)) for label, count in runs
  ]
  (summed,) = rows_of(tmp_path / 'summary.csv')
  assert (summed['video'], summed['events']) == (str(video), str(len(events)))
  record = json.loads((tmp_path / f'{name}.json').read_text())
  assert record['events'] == {'min_event': 0.0, 'join_gaps': 0.0, 'format': 'tsv'}
  assert record['counts']['frames'] == 20
  assert record['model']['trials'] == ['0-0']
  made = (tmp_path / f'{name}.json').stat().st_mtime_ns
  assert 'is there already' in succeeds(*argv, env=environment)
  assert (tmp_path / f'{name}.json').stat().st_mtime_ns == made


def test_a_page_needs_nothing_and_escapes_what_it_shows(bundle, video):
  found = stc_jax.load(bundle).predict(video, min_motion=0.0)
  text = timeline_page.html_of(found, video.name, about='</script><b>')
  assert '<b>' not in text
  addresses = set(re.findall(r'https?://[^\s"\'<]+', text))
  assert addresses <= {'http://www.w3.org/2000/svg'}
  (data,) = re.findall(
    r'<script type="application/json" id="data">(.*?)</script>', text
  )
  data = json.loads(data)
  assert data['seconds'] == pytest.approx(0.8)
  (face,) = data['faces']
  for column, name in zip(face['values'], found.columns, strict=True):
    np.testing.assert_allclose(column, 1000 * found.table[name], atol=0.5)


def test_equal_stems_and_the_input_itself_are_not_overwritten(
  bundle, environment, tmp_path
):
  frames = videos.nodding(6)
  paths = [tmp_path / name for name in ('one/x.mp4', 'two/x.mp4', 'out/x.mp4')]
  for path in paths:
    path.parent.mkdir()
    videos.write(path, frames)
  whole = paths[2].read_bytes()
  argv = [PREDICT, f'--model={bundle}', f'--out={tmp_path / "out"}']
  succeeds(*argv, *map(str, paths), env=environment)
  assert paths[2].read_bytes() == whole
  records = [json.loads(p.read_text()) for p in (tmp_path / 'out').glob('*.json')]
  assert {r['input']['path'] for r in records} == set(map(str, paths))
  again = succeeds(*argv, *map(str, reversed(paths)), env=environment)
  assert again.count('is there already') == 3


def test_what_cannot_be_read_is_named_and_stops_nothing_else(
  bundle, video, environment, tmp_path
):
  folder = tmp_path / 'all'
  folder.mkdir()
  whole = videos.write(folder / 'good.mp4', videos.nodding(6)).read_bytes()
  (folder / 'cut.mp4').write_bytes(whole[: len(whole) // 2])
  (folder / 'text.mp4').write_text('no video at all\n' * 50)
  (folder / 'empty.mp4').touch()
  videos.write(folder / 'one.mp4', videos.nodding(1))
  out, model = tmp_path / 'out', f'--model={bundle}'
  said = fails(
    *(PREDICT, model, str(folder), f'--out={out}'),
    naming=('3 of 5', 'cut.mp4'),
    env=environment,
  )
  assert 'and 2 more' in said
  assert sorted(p.stem for p in out.glob('*.json')) == ['good', 'one']
  fails(PREDICT, model, naming='no videos given', env=environment)
  for model, path, where, naming in (
    (bundle, tmp_path / 'gone.mp4', out, 'gone.mp4: No such file'),
    (folder, video, out, 'no model there'),
    (bundle, video, video, 'cannot be written'),
  ):
    argv = (f'--model={model}', str(path), f'--out={where}')
    fails(PREDICT, *argv, naming=naming, env=environment)


def test_a_full_disk_is_named_and_leaves_nothing_half_made(
  bundle, environment, tmp_path
):
  noise = np.random.default_rng(0).integers(0, 256, (30, 200, 200, 3), np.uint8)
  video = videos.write(tmp_path / 'noise.mp4', list(noise))
  argv = [sys.executable, '-m', PREDICT, f'--model={bundle}', str(video)]
  done = subprocess.run(
    ['sh', '-c', 'ulimit -f 200; exec "$@"', 'sh', *argv, f'--out={tmp_path / "out"}'],
    env=environment,
    capture_output=True,
    text=True,
  )
  refused(done, 'File too large')
  assert not [p for p in (tmp_path / 'out').iterdir() if p.name[0] != '.']
  assert not list((tmp_path / 'out').glob('.*.part'))


def test_ctrl_c_keeps_what_is_finished(bundle, environment, tmp_path):
  videos.write(tmp_path / 'a.mp4', videos.nodding(6))
  videos.write(tmp_path / 'b.mp4', videos.nodding(20) * 400)
  out = tmp_path / 'out'
  argv = [sys.executable, '-m', PREDICT, f'--model={bundle}', str(tmp_path)]
  process = subprocess.Popen(
    [*argv, f'--out={out}'], env=environment, stdout=subprocess.PIPE, text=True
  )
  until = time.monotonic() + 120
  while not (out / 'a.json').exists() and time.monotonic() < until:
    time.sleep(0.02)
  os.kill(process.pid, signal.SIGINT)
  process.communicate(timeout=60)
  assert process.returncode == 130
  assert sorted(p.stem for p in out.glob('*.json')) == ['a']
  assert not list(out.glob('.*.part'))


def test_the_docstrings_examples_run(finished, tmp_path, monkeypatch):
  (tmp_path / 'runs').mkdir()
  (tmp_path / 'runs' / 'mine').symlink_to(finished)
  videos.write(tmp_path / 'video.mp4', videos.nodding(12))
  monkeypatch.chdir(tmp_path)
  names = {'stc_jax': stc_jax}
  for documented in (
    models.Model.predict,
    predictions.Prediction,
    predictions.Prediction.plot,
  ):
    text = inspect.getdoc(documented).partition('Example::\n')[2].partition('\n\n')[0]
    exec(inspect.cleandoc(text), names)
  assert (tmp_path / 'video.png').exists()
  assert (tmp_path / 'answer.png').exists()
  frames = np.stack(videos.nodding(12))
  answer = names['model'].predict(frames, fps=25.0, one_clip=True)
  prepared = images.resize(frames, 64, 64)  # as its training clips were
  wanted = names['model'](prepared, fps=25.0)
  np.testing.assert_allclose(answer.probabilities, np.tile(wanted, (12, 1)), atol=1e-5)
  assert answer.label == names['model'].names[int(wanted.argmax())]
