"""Tests of finished models, through the command line."""

import csv
import json
import shutil

import pytest
import small_run
from command import fails, succeeds

from stc_jax.bundle import bundle_folder

TEST = ('stc_jax', 'test')
OTHERS = ('eva', 'fay', 'gus')
RENAMED = ('--dataset=clip_folder/other', '--classes=nodding=nod')


def rows_of(path):
  with path.open(newline='') as file:
    return list(csv.DictReader(file))


def summary_of(folder):
  return json.loads((folder / 'summary.json').read_text())


@pytest.fixture(scope='module')
def own(finished, environment, tmp_path_factory):
  """The test of a run on its own set, and what it said."""
  folder = tmp_path_factory.mktemp('own') / 'test'
  argv = (f'--model={finished}', f'--workdir={folder}')
  return folder, succeeds(*TEST, *argv, env=environment)


@pytest.fixture(scope='module')
def sets(made, tmp_path_factory):
  """Beside the small clips, those of other people; two of three classes have others."""
  home = tmp_path_factory.mktemp('sets')
  small_run.write_clips(home / 'clips', OTHERS)
  for before, now in (('mouth_open', 'mouth_wide'), ('nod', 'nodding')):
    (home / 'clips' / before).rename(home / 'clips' / now)
  (home / 'data' / 'clip_folder').mkdir(parents=True)
  beside = home / 'data' / 'clip_folder' / 'default'
  beside.symlink_to(made.data / 'clip_folder' / 'default')
  other = ('--builder_config=other', '--image_fps=10')
  where = (f'--manual_dir={home / "clips"}', f'--data_dir={home / "data"}')
  succeeds(*small_run.PREPARE, *other, *where)
  return home / 'data'


@pytest.fixture(scope='module')
def other(finished, sets, environment, tmp_path_factory):
  """The test of a run on other people, and what it said."""
  folder = tmp_path_factory.mktemp('other') / 'test'
  argv = (f'--model={finished}', f'--data_dir={sets}', f'--workdir={folder}')
  return folder, succeeds(*TEST, *argv, *RENAMED, env=environment)


def test_a_run_has_its_own_numbers_on_its_own_set(own, finished, environment):
  folder, _ = own
  found, trained = summary_of(folder), summary_of(finished)
  assert {name: found[name] for name in trained} == trained
  for name in ('predictions.csv', 'dataset.json'):
    assert (folder / name).read_bytes() == (finished / name).read_bytes()
  before = (folder / 'summary.json').read_bytes()
  again = (f'--model={finished}', f'--workdir={folder}')
  succeeds('stc_jax.main', '--mode=test', *again, env=environment)
  assert (folder / 'summary.json').read_bytes() == before
  assert not (folder / 'config.json').exists()


def test_clips_are_tested_by_the_models_that_left_their_subjects_out(
  finished, data_dir, environment, tmp_path
):
  # A set with renamed classes isn't the run's own, so the subjects alone decide.
  named = ('--dataset=clip_folder', '--classes=nod=nod', f'--data_dir={data_dir}')
  where = (f'--model={finished}', f'--workdir={tmp_path / "test"}')
  said = succeeds(*TEST, *where, *named, env=environment)
  assert 'no floors of the training set: the training set has people' in said
  expected = {row['clip']: row for row in rows_of(finished / 'predictions.csv')}
  found = rows_of(tmp_path / 'test' / 'predictions.csv')
  assert len(found) == len(expected) == 24
  for row in found:
    theirs = expected[row['clip'].removeprefix('clip_folder/')]
    for name in row:
      if name.startswith('probability_'):
        assert float(row[name]) == pytest.approx(float(theirs[name]), abs=2e-6)


def test_classes_are_matched_by_name_and_the_others_counted(other):
  folder, said = other
  assert 'left out: 6 of 18 clips, because the model has no such class' in said
  assert '(mouth_wide 6)' in said
  assert 'nothing of mouth_open' in said
  rows = rows_of(folder / 'predictions.csv')
  assert {row['label'] for row in rows} == {'brows_up', 'nod'}
  assert len(rows) == 12
  found = summary_of(folder)
  right = [row['label'] == row['predicted'] for row in rows]
  assert found['trial_accuracy_mean'] == pytest.approx(sum(right) / 12)
  by_label = sorted(rows, key=lambda row: row['label'])
  right = [row['label'] == row['predicted'] for row in by_label]
  recalls = [sum(right[:6]) / 6, sum(right[6:]) / 6]
  assert found['uar'] == pytest.approx(sum(recalls) / 2)
  assert found['floor_accuracy'] is not None
  assert 'frame rates differ: 25 Hz in training, 10 Hz here' in found['notes']
  assert all(f'note: {note}' in said for note in found['notes'])
  assert (folder / 'confusion.png').exists()


def test_a_bundle_is_refused_where_it_was_trained_on_a_subject(
  finished, data_dir, environment, tmp_path
):
  bundle = finished / 'models' / '0-0'
  first, *_ = bundle_folder.load(bundle).subjects['clip_folder']
  argv = (f'--model={bundle}', '--dataset=clip_folder', f'--data_dir={data_dir}')
  naming = ('trained on 2 of the 4 subjects', f'clip_folder/default/{first}')
  for dataset in ('clip_folder', 'clip_folder/default'):
    own = (*argv[:1], f'--dataset={dataset}', argv[2], f'--workdir={tmp_path / "none"}')
    fails(*TEST, *own, naming=naming, env=environment)
  assert not (tmp_path / 'none').exists()


def test_a_moved_bundle_of_an_older_version_is_tested_and_a_note_says_what_is_unknown(
  finished, sets, environment, tmp_path
):
  bundle = shutil.copytree(finished / 'models' / '0-0', tmp_path / 'moved')
  fields = json.loads((bundle / 'bundle.json').read_text())
  del fields['subjects']
  (bundle / 'bundle.json').write_text(json.dumps(fields))
  argv = (f'--model={bundle}', f'--data_dir={sets}', f'--workdir={tmp_path / "test"}')
  said = succeeds(*TEST, *argv, *RENAMED, env=environment)
  assert 'does not say on whom it was trained' in said
  assert 'no floors of the training set: the run of this model is not here' in said
  assert summary_of(tmp_path / 'test')['floor_accuracy'] is None


def test_another_test_or_run_is_never_overwritten(
  own, finished, sets, environment, tmp_path
):
  folder, _ = own
  argv = (f'--model={finished}', f'--data_dir={sets}', *RENAMED)
  for place, naming in ((folder, 'is of another test'), (finished, 'holds a run')):
    fails(*TEST, *argv, f'--workdir={place}', naming=naming, env=environment)
  train = small_run.command(sets, folder)
  fails(*train, naming='holds the test of a model', env=environment)


def test_a_report_has_one_table_of_tests(own, other, tmp_path):
  folders = (f'--workdir={folder}' for folder, _ in (own, other))
  succeeds('stc_jax.report', *folders, f'--out={tmp_path}')
  (row,) = rows_of(tmp_path / 'tables' / 'tests.csv')
  assert row['trained on: model'] == 'clip_folder/default: run'
  for folder, name in ((own[0], 'default'), (other[0], 'other')):
    scores = summary_of(folder)
    for score, field in (('accuracy', 'accuracy_mean'), ('UAR', 'uar')):
      assert row[f'clip_folder/{name}: {score}'] == f'{100 * scores[field]:.1f}'
  page = (tmp_path / 'index.html').read_text(encoding='utf-8')
  assert 'Tests of finished models' in page
  kinds = {path.suffix for path in (tmp_path / 'tables').iterdir()}
  assert kinds == {'.md', '.csv', '.tex'}


def test_what_a_test_does_not_read_is_refused_by_name(finished, sets, environment):
  model, config = f'--model={finished}', '--config=clip_folder'
  for argv, naming in (
    ((*TEST, '--dataset=mmi'), '--model: missing'),
    ((*TEST, model, '--classes=happy'), "'happy' must be such as"),
    ((*TEST, model, config, '--config.input.frames=3'), 'input.frames: set, but'),
    ((*TEST, model, config, '--dataset=mmi'), '--dataset: set, but --config'),
    ((*TEST, f'--model={finished / "models" / "0-0"}'), '--dataset: missing'),
    (('stc_jax.main', config, model), '--model: set, but --mode=train_and_evaluate'),
    (
      (
        *TEST,
        model,
        '--dataset=clip_folder/other',
        f'--data_dir={sets}',
        '--classes=no=nod',
      ),
      "no set has a class 'no'",
    ),
  ):
    fails(*argv, naming=naming, env=environment)
