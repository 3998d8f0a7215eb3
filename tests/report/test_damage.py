"""Damaged files of a run or report are named in one line."""

import copy
import json
import shutil

import pytest

from stc_jax.errors import InputError
from stc_jax.report import collect, cost, html_report, section, writer
from stc_jax.report.report_folder import ReportFolder
from stc_jax.run_folder import finished_run
from stc_jax.tasks import comparison

FILES = ('config', 'dataset', 'summary', 'environment', 'execution', 'timings')
READ = (  # what the report shows of each file, and values of other types
  ('config.json', 'model'),
  ('config.json', 'protocol', 'unit'),
  ('config.json', 'stc_nlstm', 'notation'),
  ('config.json', 'training', 'stages'),
  ('dataset.json', 'sha256'),
  ('dataset.json', 'classes'),
  ('summary.json', 'trials'),
  ('summary.json', 'classes', 0),
  ('summary.json', 'confusion', 0),
  ('summary.json', 'class_accuracy', 'nod'),
  ('summary.json', 'accuracy_mean'),
  ('environment.json', 'packages', 'jax'),
  ('environment.json', 'devices'),
  ('environment.json', 'revision'),
  ('execution.json', 'data_dir'),
  ('timings.json', 'training_seconds'),
  ('trials/0-1.json', 'repeat'),
  ('trials/0-1.json', 'train_losses', 0),
  ('trials/0-1.json', 'predictions', 0, 'label'),
  ('trials/0-1.json', 'predictions', 0, 'probabilities'),
)


@pytest.fixture
def run(finished, tmp_path):
  return shutil.copytree(finished, tmp_path / 'run')


def changed(values, place, value):
  values = copy.deepcopy(values)
  inner = values
  for name in place[:-1]:
    inner = inner[name]
  if value is KeyError:
    del inner[place[-1]]
  else:
    inner[place[-1]] = value
  return json.dumps(values).encode()


@pytest.mark.parametrize('name', [*(f'{one}.json' for one in FILES), 'trials/0-1.json'])
def test_files_of_a_run_that_are_cut_or_of_another_kind(run, name):
  path = run / name
  whole = path.read_bytes()
  for data in (b'', whole[: len(whole) // 2], b'\xff\xfe', b'[]', b'3', b'[' * 10**5):
    path.write_bytes(data)
    with pytest.raises(InputError, match=f'^{path}: cannot be read') as said:
      finished_run.read('', run)
    assert '\n' not in str(said.value)


@pytest.mark.parametrize('place', READ, ids=lambda place: '.'.join(map(str, place)))
def test_fields_of_another_type_or_missing(run, place):
  path = run / place[0]
  right = json.loads(path.read_bytes())
  for value in (
    {'x': 1},
    'Q' if place[-1] != 'data_dir' else 3,
    KeyError,
    float('inf'),
  ):
    if value == 'Q' and place[-1] in ('sha256', 'jax'):
      continue
    path.write_bytes(changed(right, place[1:], value))
    with pytest.raises(InputError, match=str(run)) as said:
      finished_run.read('', run)
    assert '\n' not in str(said.value)


@pytest.mark.parametrize(
  ('data', 'said'),
  [
    (b'', 'not recorded'),
    (b'{"command": "python -m x"}\n{"comm', 'python -m x'),
    (b'\xff\n', 'its last line is damaged'),
    (b'[]\n', 'its last line is damaged'),
    (b'3\n{"command": 3}\n', 'its last line is damaged'),
  ],
)
def test_a_damaged_log_of_starts_is_told_in_its_place(run, data, said):
  (run / 'starts.jsonl').write_bytes(data)
  table = cost.provenance_table([finished_run.read('', run)], '')
  assert said in table.rows[0][-1]
  assert len(table.rows) == 1


@pytest.mark.parametrize(
  'data', [b'', b'[]', b'{}', b'{"runs": []}', b'{"runs": {"a": 3}}', b'{"runs": {}}']
)
def test_a_damaged_study(tmp_path, data):
  (tmp_path / 'study.json').write_bytes(data)
  with pytest.raises(InputError, match=r'study\.json: .*start the study again'):
    collect.finished_runs([tmp_path])


def test_what_is_in_the_way(run, tmp_path):
  taken = tmp_path / 'taken'
  taken.write_text('mine')
  for out in (taken, taken / 'below'):
    with pytest.raises(InputError, match=f'^{out}: cannot be a folder'):
      writer.write([run], out, faces=False)
  (tmp_path / 'out' / 'index.html').mkdir(parents=True)
  with pytest.raises(InputError, match=r'index\.html: is a folder; remove it'):
    ReportFolder(tmp_path / 'out').write('index.html', '')
  assert taken.read_text() == 'mine'


def test_what_only_an_earlier_report_had_goes(tmp_path):
  for names in (['tables/pairs.md', 'tables/cost.md'], ['tables/cost.md']):
    out = ReportFolder(tmp_path)
    (tmp_path / 'tables').mkdir(exist_ok=True)
    (tmp_path / 'tables' / 'mine.md').write_text('mine')
    for name in names:
      out.write(name, 'text')
    out.finish()
  left = {path.name for path in (tmp_path / 'tables').iterdir()}
  assert left == {'cost.md', 'mine.md'}


def test_the_model_card_escapes_names(run):
  evil = '[x](javascript:1) <b> `c` *d* | e'
  for path in (run / 'dataset.json', run / 'summary.json', run / 'trials' / '0-0.json'):
    path.write_text(path.read_text().replace('nod', evil))
  path = run / 'trials' / '0-1.json'
  path.write_text(path.read_text().replace('nod', evil))
  card = html_report.model_card(
    [section.section([finished_run.read(evil, run)], 0, '')]
  )
  for mark in ('[x](', '<b>', ' `c`', ' *d*'):
    assert mark not in card.replace('\\' + mark.strip(), '')
  assert r'\[x\](javascript:1) &lt;b> \`c\` \*d\* \| e' in card


def test_more_trials_of_the_same_folds_are_not_called_other_folds(run, tmp_path):
  whole = finished_run.read('', run)
  fewer = shutil.copytree(run, tmp_path / 'fewer')
  (fewer / 'trials' / '0-1.json').unlink()
  summary = json.loads((fewer / 'summary.json').read_text())
  (fewer / 'summary.json').write_text(json.dumps(summary | {'trials': 1}))
  rows = [row for row in whole.folds.splitlines(keepends=True) if row[:4] != '0,1,']
  for folds in (whole.folds, ''.join(rows)):
    (fewer / 'folds.csv').write_text(folds)
    refused = comparison.refusal(whole, finished_run.read('', fewer))
    assert refused == '2 trials and 1, of the same folds'
