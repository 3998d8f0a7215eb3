"""Events of a prediction: those of a plain loop; files as ELAN and BORIS read them."""

import csv
import itertools
import xml.etree.ElementTree as ET
import zipfile

import numpy as np
import pytest
from fakes import fake_model

from stc_jax.errors import InputError
from stc_jax.predict.events import EventOptions, find_events
from stc_jax.predict.folder.event_files import write_events
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.table import output_columns, table_dtype
from stc_jax.tasks.registry import TaskConfig, task_of

UNITS = task_of(TaskConfig('detection', (1, 2, 12), 0.0, 'none'))
AUS, CLASSES = ('AU1', 'AU2', 'AU12'), ('anger', 'a+b', 'joy', 'AU1')
FIELDS = ('onset', 'offset', 'duration', 'face', 'label')
PROBABILITIES = ('mean_probability', 'peak_probability')


def prediction(task, names, rng, frames=60, faces=2):
  """Labels that stay for some frames, faces that come and go, a variable rate."""
  times = np.round(np.cumsum(rng.choice([0.02, 0.04, 0.1], frames)) - 0.02, 4)
  rows = []
  stay = rng.random((faces, 1 + frames // 4, len(names))) ** 2
  for frame in range(frames):
    here = [face for face in range(1, faces + 1) if rng.random() < 0.9]
    rows += [(frame, face) for face in here or [0]]
  table = np.zeros(len(rows), table_dtype(names, task))
  table['frame'], table['face'] = np.array(rows).T
  table['approx_time'] = times[table['frame']]
  values = np.array([stay[face - 1, frame // 4] for frame, face in rows])
  values[(table['face'] == 0) | (rng.random(len(rows)) < 0.1)] = np.nan
  for column, own in zip(output_columns(table), values.T, strict=True):
    table[column] = own
  table['label'] = task.labels_of(values, names)
  return Prediction(table, names, task, 25.0, frames, (48, 48), {}, ())


def by_loop(found, min_event, join_gaps):
  """The events by a walk over the frames of each face and label."""
  frames = found.frames
  times = dict(zip(found.table['frame'], found.table['approx_time'], strict=True))
  times[frames] = times[frames - 1] + 1 / found.fps
  is_unit = found.task is UNITS
  events = []
  for face, name in itertools.product(range(1, 9), found.names):
    column, runs = found.task.column_of(name), []
    for row in found.table[found.table['face'] == face]:
      labels = row['label'].split('+') if is_unit else [row['label']]
      if name not in labels:
        continue
      frame, begin = int(row['frame']), times[row['frame']]
      end, value = times[frame + 1], float(row[column])
      last = runs[-1] if runs else None
      is_near = last and join_gaps and begin - last[2] <= join_gaps + 1e-9
      if last and (last[0] == frame - 1 or is_near):
        runs[-1] = (frame, last[1], end, [*last[3], value])
      else:
        runs.append((frame, begin, end, [value]))
    events += [
      (begin, end, end - begin, face, name, sum(own) / len(own), max(own))
      for _, begin, end, own in runs
      if end - begin >= min_event - 1e-9
    ]
  order = {name: number for number, name in enumerate(found.names)}
  return sorted(events, key=lambda e: (e[0], e[3], order[e[4]]))


@pytest.mark.parametrize(
  ('task', 'names'), [(fake_model.CLASSES, CLASSES), (UNITS, AUS)]
)
@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize(
  ('least', 'gap'), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.12), (0.0, 0.04), (0.2, 1.0)]
)
def test_events_are_those_of_a_loop(task, names, seed, least, gap):
  found = prediction(task, names, np.random.default_rng(seed))
  events = found.events(min_event=least, join_gaps=gap)
  wanted = by_loop(found, least, gap)
  assert len(wanted) > 3
  assert events.dtype.names == (*FIELDS, *PROBABILITIES)
  assert [e[3:5] for e in wanted] == events[['face', 'label']].tolist()
  for place, field in enumerate(('onset', 'offset', 'duration')):
    np.testing.assert_allclose(events[field], [e[place] for e in wanted], atol=1e-4)
  for place, field in enumerate(PROBABILITIES, start=5):
    np.testing.assert_allclose(events[field], [e[place] for e in wanted], rtol=1e-6)


def test_without_joining_the_runs_of_a_label_fill_its_frames():
  found = prediction(fake_model.CLASSES, CLASSES, np.random.default_rng(0), faces=1)
  table, events = found.table, found.events(min_event=0.0)
  ends = np.append(table['approx_time'], table['approx_time'][-1] + 0.04)
  labelled = (np.diff(ends)[table['label'] != '']).sum()
  assert events['duration'].sum() == pytest.approx(labelled)
  runs = [k for k, _ in itertools.groupby(table['label'].tolist()) if k]
  assert events['label'].tolist() == runs


def test_no_frame_no_face_and_bad_options():
  empty = np.zeros(0, table_dtype(CLASSES, fake_model.CLASSES))
  options = EventOptions()
  assert not len(find_events(empty, CLASSES, fake_model.CLASSES, 25.0, options))
  for field in ('min_event', 'join_gaps'):
    for value in (-1.0, float('nan'), float('inf')):
      with pytest.raises(InputError, match=rf'^{field}: '):
        EventOptions(**{field: value})


@pytest.mark.parametrize(('form', 'delimiter'), [('csv', ','), ('tsv', '\t')])
@pytest.mark.parametrize('gap', [0.0, 0.5])
def test_elan_reads_the_table(tmp_path, form, delimiter, gap):
  """Columns are chosen by hand; times are `ss.msec`; a tier has no overlap."""
  found = prediction(UNITS, AUS, np.random.default_rng(1))
  events = found.events(join_gaps=gap)
  write_events(tmp_path / 'events', events, form)
  with (tmp_path / 'events').open(newline='', encoding='utf-8') as file:
    header, *rows = csv.reader(file, delimiter=delimiter)
  assert header == [*FIELDS, *PROBABILITIES, 'tier']
  assert len(rows) == len(events) > 3
  tiers = {}
  for row, event in zip(rows, events, strict=True):
    begin, end, lasts = (int(s) + int(ms) / 1000 for s, ms in map(split, row[:3]))
    assert begin == pytest.approx(event['onset'], abs=0.00051)
    assert end - begin == pytest.approx(lasts, abs=0.0011)
    assert row[3:5] == [str(event['face']), event['label']]
    assert begin >= tiers.get(row[-1], 0.0)
    tiers[row[-1]] = end
  assert set(tiers) == {f'face {face} {name}' for face in (1, 2) for name in AUS}


def split(cell):
  seconds, milliseconds = cell.split('.')
  assert len(milliseconds) == 3
  return seconds, milliseconds


def test_boris_reads_the_sheet(tmp_path):
  """A state is a start and a stop of one code and subject, in turn."""
  names = ('<joy> & "fun"', 'sad\tness')
  found = prediction(fake_model.CLASSES, names, np.random.default_rng(2))
  events = found.events(min_event=0.05)
  path = tmp_path / 'events.xlsx'
  write_events(path, events, 'boris')
  header, *rows = sheet(path)
  assert header == ['time', 'subject', 'code', 'modifier', 'comment']
  times = [float(row[0]) for row in rows]
  assert times == sorted(times)
  begun, states = {}, []
  for time, (_, subject, code, modifier, _) in zip(times, rows, strict=True):
    assert not modifier
    if (subject, code) in begun:
      states.append((begun.pop((subject, code)), time, subject, code))
    else:
      begun[subject, code] = time
  assert not begun
  labels = {names[0]: names[0], names[1]: r'sad\x09ness'.replace(r'\x09', r'\t')}
  wanted = [
    (e['onset'], e['offset'], f'face {e["face"]}', labels[str(e['label'])])
    for e in events
  ]
  assert len(states) == len(wanted) > 3
  for one, other in zip(sorted(states), sorted(wanted), strict=True):
    assert one[:2] == pytest.approx(other[:2], abs=0.00051)
    assert one[2:] == other[2:]


def sheet(path):
  """The cells of a workbook's first sheet, as ECMA-376 lays them out."""
  with zipfile.ZipFile(path) as file:
    assert file.testzip() is None
    book = ET.fromstring(file.read('xl/workbook.xml'))
    links = ET.fromstring(file.read('xl/_rels/workbook.xml.rels'))
    (link,) = [v for k, v in book[0][0].attrib.items() if k.endswith('}id')]
    (target,) = [one.get('Target') for one in links if one.get('Id') == link]
    root = ET.fromstring(file.read(f'xl/{target}'))
  return [
    [''.join(cell.itertext()) for cell in row] for row in root.iter() if is_row(row)
  ]


def is_row(element):
  return element.tag.endswith('}row')
