"""Reports through the command line, of a real run and of modified copies."""

import csv
import json
import pathlib
import shutil

import pytest
from command import fails, succeeds

from stc_jax.report import collect
from stc_jax.run_folder import finished_run
from stc_jax.tasks import clip_comparison
from stc_jax.tasks.table import Table

REPORT = 'stc_jax.report'
# A folder's name, as a user may have it.
EVIL = '<img src=x onerror=alert(1)> & "$co_$"'


def doctored(run: pathlib.Path, copy: pathlib.Path, old: str, new: str) -> pathlib.Path:
  """A copy of a run with other words in its files."""
  shutil.copytree(run, copy)
  for path in (*copy.glob('*.json'), *copy.glob('*.csv'), *copy.glob('trials/*.json')):
    text = path.read_text(encoding='utf-8')
    quoted = new if path.suffix == '.csv' else json.dumps(new)[1:-1]
    path.write_text(text.replace(old, quoted), encoding='utf-8')
  return copy


@pytest.fixture(scope='module')
def reported(finished, tmp_path_factory):
  """The report of two runs that have a class of an evil name."""
  home = tmp_path_factory.mktemp('reports')
  run = doctored(finished, home / 'run', 'brows_up', EVIL)
  other = shutil.copytree(run, home / 'other')
  argv = (REPORT, f'--workdir={run}', f'--workdir={other}', f'--out={home / "out"}')
  said = succeeds(*argv, '--note=Said in captions.')
  assert f'{home / "out"}/index.html' in said
  return home / 'out'


def test_the_page_needs_nothing_else_and_escapes_names(reported):
  page = (reported / 'index.html').read_text(encoding='utf-8')
  assert len(page) < 3_000_000
  assert 'onerror=alert(1)> &' not in page
  assert '&lt;img src=x onerror=alert(1)&gt; &amp;' in page
  assert 'http' not in page.replace('http://www.w3.org', '')
  assert page.count('Said in captions.') > 10
  assert 'they show faces: where a licence' in page.lower()


def test_tables_are_there_in_three_forms(reported, finished):
  summary = json.loads((finished / 'summary.json').read_text())
  with (reported / 'tables' / 'accuracy.csv').open(newline='') as file:
    rows = {row['method']: row for row in csv.DictReader(file)}
  ours = rows['STC-NLSTM, run']
  assert ours['ours'].startswith(f'{100 * summary["accuracy_mean"]:.1f}')
  assert ours['UAR'] == f'{100 * summary["uar"]:.1f}'
  assert rows['chance (most frequent class)']['source'] == 'baseline'
  for name in ('accuracy', 'pairs', 'classes', 'calibration', 'cost', 'provenance'):
    kinds = {path.suffix for path in (reported / 'tables').glob(f'{name}.*')}
    assert kinds == {'.md', '.csv', '.tex'}
  with (reported / 'tables' / 'provenance.csv').open(newline='') as file:
    command = next(csv.DictReader(file))['command']
  assert command.startswith('python -m stc_jax.main --config=')
  assert 'Limits' in (reported / 'MODEL_CARD.md').read_text()


def test_without_faces_there_is_no_picture_of_a_clip(finished, tmp_path):
  succeeds(REPORT, f'--workdir={finished}', f'--out={tmp_path}', '--faces=no')
  page = (tmp_path / 'index.html').read_text(encoding='utf-8')
  assert 'data:image/jpeg' not in page
  assert 'data:image/svg+xml' in page


def test_what_is_missing_is_said_and_the_rest_reported(finished, tmp_path):
  study = tmp_path / 'study'
  shutil.copytree(finished, study / 'STC')
  shutil.copytree(finished, study / 'half')
  (study / 'half' / 'summary.json').unlink()
  runs = {'STC': 'STC', 'half one': 'half', 'other': 'other'}
  (study / 'study.json').write_text(json.dumps({'runs': runs}))
  said = succeeds(REPORT, f'--workdir={study}')
  assert f'half one: {study}/half: 2 trials finished' in said
  assert f'other: {study}/other: not begun' in said
  page = (study / 'report' / 'index.html').read_text(encoding='utf-8')
  assert 'half one' in page


def test_a_foreign_folder_is_refused(tmp_path):
  fails(REPORT, f'--workdir={tmp_path}', naming=(str(tmp_path), 'neither a run nor'))
  fails(REPORT, naming='--workdir: missing')


def test_what_is_damaged_is_named_and_the_rest_reported(finished, tmp_path):
  damaged = shutil.copytree(finished, tmp_path / 'damaged')
  (damaged / 'trials' / '0-1.json').write_text('{"repeat": 0')
  fails(REPORT, f'--workdir={damaged}', naming=(f'{damaged}/trials/0-1.json', 'again'))
  stale = shutil.copytree(finished, tmp_path / 'stale')
  (stale / 'trials' / '0-1.json').unlink()
  bare = shutil.copytree(finished, tmp_path / 'bare')
  shutil.rmtree(bare / 'models')
  (bare / 'starts.jsonl').write_text('')
  said = succeeds(REPORT, *(f'--workdir={run}' for run in (bare, damaged, stale)))
  assert f'{stale}: 1 trial finished, summary.json is of 2' in said
  assert str(damaged) in said
  table = (bare / 'report' / 'tables' / 'cost.csv').read_text()
  assert 'STC-NLSTM,no model,' in table


def test_names_are_told_apart_and_the_paper_s_kept(finished, tmp_path):
  for study in ('one', 'two'):
    shutil.copytree(finished, tmp_path / study / 'STC-NLSTM')
    plan = json.dumps({'runs': {'STC-NLSTM': 'STC-NLSTM'}})
    (tmp_path / study / 'study.json').write_text(plan)
  runs, missing = collect.finished_runs([tmp_path / 'one', tmp_path / 'two'])
  assert not missing
  assert [run.name for run in runs] == [
    'STC-NLSTM, one/STC-NLSTM',
    'STC-NLSTM, two/STC-NLSTM',
  ]
  assert {run.method for run in runs} == {'STC-NLSTM'}


def test_other_folds_and_other_data_are_not_compared(finished, tmp_path):
  run = finished_run.read('one', finished)
  assert clip_comparison.compare(run, run).trials['p_value'] == 1
  folds = shutil.copytree(finished, tmp_path / 'folds')
  text = (folds / 'folds.csv').read_text().splitlines()
  (folds / 'folds.csv').write_text('\n'.join([text[0], *text[:0:-1]]))
  other = finished_run.read('', folds)
  assert clip_comparison.compare(run, other).refused == 'other folds'
  sha256 = run.dataset['sha256']
  data = doctored(finished, tmp_path / 'data', sha256, sha256[::-1])
  other = finished_run.read('', data)
  assert clip_comparison.compare(run, other).refused == 'other data'


def test_features_of_a_clip(finished, data_dir, tmp_path):
  clip = finished_run.read('', finished).rows[0]['clip']
  argv = (REPORT, f'--workdir={finished}', f'--out={tmp_path}')
  succeeds(*argv, f'--features={clip}')
  made = {path.suffix for path in tmp_path.iterdir()}
  assert made == {'.png', '.gif'}
  fails(*argv, '--features=nobody', naming=('nobody', 'predictions.csv'))


def test_latex_and_markdown_escape():
  table = Table('t', 'A & B', ['a_b', '50 %'], [['x|y', '1 ± 2']], 'Notes.')
  assert r'x\|y' in table.markdown()
  assert r'\caption{A \& B}' in table.latex()
  assert r'a\_b & 50 \% \\' in table.latex()
  assert r'1 $\pm$ 2' in table.latex()
