"""What lies beside the answers of a batch: events, and the summary."""

import csv
import json
import sys

import numpy as np
import pytest
from fakes import fake_model, films, videos

from stc_jax.errors import InputError
from stc_jax.predict import pipeline
from stc_jax.predict.events import EventOptions
from stc_jax.predict.folder import earlier
from stc_jax.predict.folder.event_files import EventFile


@pytest.fixture
def out(tmp_path):
  return tmp_path / 'out'


@pytest.fixture
def two(tmp_path):
  """Two videos of blobs that move, the second with a pause without motion."""
  moving = videos.nodding(15)
  rests = [*moving, *[moving[-1]] * 40, *moving[::-1]]
  frames = {'one': moving, 'two': rests}
  return [videos.write(tmp_path / f'{n}.mp4', shown) for n, shown in frames.items()]


def rows_of(path, delimiter=','):
  with path.open(newline='', encoding='utf-8') as file:
    return list(csv.DictReader(file, delimiter=delimiter))


def events_of(form='csv', **options):
  return EventFile(EventOptions(**options), form)


def test_a_summary_says_of_each_face_what_its_table_says(predict, out, two):
  predict(*two, min_motion=1.0)
  found = rows_of(out / 'summary.csv')
  assert [row['video'] for row in found] == list(map(str, two))
  for row in found:
    table = rows_of(out / f'{row["name"]}.csv')
    labels = [one['label'] for one in table]
    assert float(row['seconds']) == pytest.approx(len(table) / 25)
    shares = [labels.count(label) / len(labels) for label in ('dark', '')]
    found_shares = [float(row['share_dark']), float(row['no_label'])]
    assert found_shares == pytest.approx(shares, abs=1e-4)
    mean = np.mean([float(r['probability_dark']) for r in table if r['label']])
    assert float(row['mean_probability_dark']) == pytest.approx(mean, abs=1e-4)
    assert int(row['events']) == len(rows_of(out / f'{row["name"]}_events.csv')) > 0
    record = json.loads((out / f'{row["name"]}.json').read_text())
    assert record['events'] == {'min_event': 0.1, 'join_gaps': 0.0, 'format': 'csv'}
    assert row['notes'] == '; '.join(record['notes'])
    distance = record['distance']
    assert (float(row['distance']), row['farthest']) == (distance['largest'], 'motion')
    assert (row['face'], row['label'], row['error']) == ('1', record['label'], '')
  assert float(found[1]['no_label']) > 0


def test_a_stopped_batch_goes_on_and_its_summary_is_that_of_one_go(predict, out, two):
  predict(*two, out=out.parent / 'at once', min_motion=1.0)
  predict(two[1], min_motion=1.0)
  said = predict(*two, min_motion=1.0)
  assert said.count('is there already') == 1
  whole = (out.parent / 'at once' / 'summary.csv').read_bytes()
  assert (out / 'summary.csv').read_bytes() == whole


def test_other_events_are_written_anew_and_nothing_else(predict, out, two, monkeypatch):
  predict(*two, min_motion=1.0)
  made = {path: path.stat().st_mtime_ns for path in out.iterdir()}
  monkeypatch.setattr(pipeline, 'predict_video', None)
  for asked in (events_of(min_event=0.5), events_of('tsv'), events_of('boris')):
    said = predict(*two, min_motion=1.0, events=asked)
    assert said.count('its events are written anew') == 2
    again = predict(*two, min_motion=1.0, events=asked)
    assert again.count('is there already;') == 2
    for name in ('one', 'two'):
      record = json.loads((out / f'{name}.json').read_text())
      assert record['events'] == asked.asked
      own = {path.name for path in out.glob(f'{name}*')}
      assert own == set(record['files'])
      assert f'{name}{asked.ending}' in own
  kept = [path for path in made if path.suffix in ('.mp4', '.html')]
  kept += [out / 'one.csv', out / 'two.csv']
  assert {path.stat().st_mtime_ns for path in kept} == {made[path] for path in kept}


def test_events_of_a_stopped_writer_are_written_again(predict, out, two, monkeypatch):
  predict(two[1], min_motion=1.0)
  wanted = (out / 'two_events.csv').read_bytes()

  def stop(*_):
    raise KeyboardInterrupt

  with monkeypatch.context() as patched:
    patched.setattr(EventFile, 'write', stop)
    with pytest.raises(KeyboardInterrupt):
      predict(two[1], min_motion=1.0, events=events_of('tsv'))
  (out / 'two_events.csv').write_text('half')  # as if it had got so far
  said = predict(two[1], min_motion=1.0)
  assert 'its events are written anew' in said
  assert (out / 'two_events.csv').read_bytes() == wanted
  assert not (out / 'two_events.tsv').exists()


@pytest.mark.parametrize(
  ('name', 'damage'),
  [
    ('one.csv', lambda text: text[: len(text) // 2]),
    ('one.csv', lambda text: text.replace('approx_time', 'time')),
    ('one.csv', lambda text: text.replace('0.04', 'soon', 1)),
    ('one.csv', lambda text: text.replace('\n3,', '\n4,')),
    ('one.json', lambda text: text.replace('"frames": 15', '"frames": "many"')),
    ('one.json', lambda text: text.replace('"frames_a_second": 25.0', '"x": 0')),
  ],
)
def test_a_damaged_answer_is_a_row_and_ends_nothing(predict, out, two, name, damage):
  predict(*two)
  whole = (out / name).read_text()
  (out / name).write_text(damage(whole))
  assert (out / name).read_text() != whole
  with pytest.raises(InputError, match=rf'1 of 2 .*{name}: cannot be read.*overwrite'):
    predict(*two)
  bad, good = rows_of(out / 'summary.csv')
  assert name in bad['error']
  assert (good['name'], good['error']) == ('two', '')
  predict(*two, overwrite=True)
  assert [row['error'] for row in rows_of(out / 'summary.csv')] == ['', '']


def test_a_damaged_record_and_a_bad_video_end_nothing(predict, out, two):
  predict(*two)
  (out / 'one.json').write_text('{')
  (out.parent / 'bad.mp4').write_text('no video')
  with pytest.raises(InputError, match=r'1 of 3 could not be predicted: .*bad\.mp4'):
    predict(*two, out.parent / 'bad.mp4')
  found = rows_of(out / 'summary.csv')
  assert [row['name'] for row in found][1:] == ['two', '']
  assert found[0]['name'] != 'one'  # whose files may be somebody else's
  assert 'bad.mp4' in found[2]['error']


def test_names_of_files_do_not_collide(predict, out, tmp_path):
  names = ('a', 'a_events', 'summary')
  paths = [videos.write(tmp_path / f'{n}.mp4', videos.nodding(6)) for n in names]
  predict(*reversed(paths))
  records = [json.loads(path.read_text()) for path in out.glob('*.json')]
  assert {record['input']['path'] for record in records} == set(map(str, paths))
  files = [file for record in records for file in record['files']]
  assert len(files) == len(set(files)) == 15
  assert set(files) | {'summary.csv'} == {path.name for path in out.glob('[!.]*')}
  assert predict(*paths).count('is there already') == 3


def test_a_summary_of_others_is_not_overwritten(predict, out, two):
  out.mkdir()
  (out / 'summary.csv').write_text('mine\n')
  with pytest.raises(InputError, match=r'summary\.csv: is no summary.*--out'):
    predict(*two)
  assert [path.name for path in out.iterdir()] == ['summary.csv']
  assert (out / 'summary.csv').read_text() == 'mine\n'


def test_a_table_is_read_back_as_it_was_predicted(predict, out, two):
  predict(two[1], min_motion=1.0)
  model = fake_model.BrightModel()
  wanted = model.predict(two[1], min_motion=1.0)
  found = earlier.read_back(out, 'two', model.bundles[0])
  for field in wanted.table.dtype.names:
    own, other = found.table[field], wanted.table[field]
    if own.dtype.kind == 'U':
      assert own.tolist() == other.tolist()
    else:
      np.testing.assert_allclose(own, other, atol=0.006)
  assert found.label == wanted.label
  own, other = found.events(), wanted.events()
  assert own[['onset', 'offset', 'label']].tolist() == (
    other[['onset', 'offset', 'label']].tolist()
  )
  assert found.distance == wanted.distance is not None
  for field in ('fps', 'frames', 'size', 'names', 'notes', 'turned', 'settings'):
    assert getattr(found, field) == getattr(wanted, field)


def test_times_are_those_of_the_file_s_clock(tmp_path):
  steps = np.random.default_rng(0).choice([33, 34, 90, 200], 39, p=[0.4, 0.4, 0.1, 0.1])
  shown = np.append(0, np.cumsum(steps)).tolist()
  path = tmp_path / 'uneven.mkv'
  films.write_video(path, 'libx264', count=40, shown=shown)
  answer = fake_model.BrightModel().predict(path, min_motion=0.0)
  assert answer.frames > 40  # some are repeated
  begins = answer.table['approx_time']
  assert (np.diff(begins) > 0).all()
  assert np.isin(np.array(shown) / 1000, begins).all()
  events = answer.events(min_event=0.0)
  assert len(events) > 1
  assert events['onset'][0] == 0
  np.testing.assert_array_equal(events['offset'][:-1], events['onset'][1:])
  last = shown[-1] / 1000 + 1 / answer.fps
  assert events['offset'][-1] == pytest.approx(last, abs=1e-4)


def test_a_list_gives_a_list_and_pandas_a_frame(two, monkeypatch):
  model = fake_model.BrightModel()
  first, second = model.predict(two, min_motion=1.0)
  alone = model.predict(str(two[1]), min_motion=1.0)
  assert second.table.tobytes() == alone.table.tobytes()
  assert first.frames == 15
  assert model.predict([]) == []
  frames = np.stack(videos.nodding(12))
  (found,) = model.predict([frames], fps=25.0)
  assert found.frames == 12
  with monkeypatch.context() as patched:
    patched.setitem(sys.modules, 'pandas', None)
    with pytest.raises(InputError, match='pandas is missing; pip install pandas'):
      first.to_pandas()
  pytest.importorskip('pandas')
  framed = second.to_pandas()
  assert list(framed.columns) == list(second.table.dtype.names)
  assert framed['label'].tolist() == second.table['label'].tolist()
  np.testing.assert_array_equal(framed['motion'], second.table['motion'])
