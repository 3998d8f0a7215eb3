"""Action units from the raw database to a summary, on the command line."""

import csv
import json
import shutil

import numpy as np
import pytest
import small_run
from command import fails, succeeds
from fakes import bp4d, faces
from sklearn import metrics

import stc_jax
from stc_jax.data import catalogue, records

AUS, FRAMES = (1, 12), 10
PREPARE = ('stc_jax.prepare', '--dataset=bp4d', '--align=none')
FIELDS = small_run.NETWORK | {
  'task.aus': str(AUS),
  'input.frames': '3',
  'protocol.repeats': '2',
  'training.stages': '((12, 0.001),)',
  'training.batch_size': '4',
  'execution.steps_per_chunk': '4',
}


def write_sequence(root, form, subject, number, offset, missing_image=False):
  """Starts anywhere, with any padding; AU 1 comes and goes, AU 12 is known in part."""
  first, digits = (2440, 1, 90, 12)[number % 4], (4, 3, 2, 3)[number % 4]
  frames = faces.moving_face(FRAMES - missing_image, 48, 40, number)
  bp4d.write_images(root, form, f'{subject}_T1', frames, first - offset, digits)
  rng = np.random.default_rng(number)
  coded = {1: (np.arange(FRAMES) % 4 > 1).astype(int).tolist(), 12: []}
  coded[12] = [0, 1, *rng.choice([0, 1, 9], FRAMES - 2).tolist()]
  bp4d.write_coding(root, form, f'{subject}_T1', first, coded)


@pytest.fixture(scope='module')
def prepared(tmp_path_factory):
  return prepare('fera2015', tmp_path_factory)


def prepare(form, tmp_path_factory, offset=0):
  root, data_dir = tmp_path_factory.mktemp('raw'), tmp_path_factory.mktemp('data')
  for number, subject in enumerate(('F001', 'F002', 'M003', 'M004')):
    missing = subject == 'M003'
    write_sequence(root, form, subject, number, offset, missing_image=missing)
  where = (f'--manual_dir={root}', f'--data_dir={data_dir}')
  fails(*PREPARE, *where, naming=('not the whole database', 'F001_T2 has no coding'))
  succeeds(*PREPARE, *where, '--allow_partial', f'--frame_offset={offset}')
  return data_dir


def command(data_dir, workdir, **other):
  return small_run.of_launch_file('bp4d', data_dir, workdir, FIELDS, **other)


@pytest.fixture(scope='module')
def run(prepared, tmp_path_factory, environment):
  workdir = tmp_path_factory.mktemp('run')
  said = succeeds(*command(prepared, workdir), env=environment)
  assert 'AU12' in said
  return workdir


def test_the_scores_follow_from_the_predictions(run):
  summary = json.loads((run / 'summary.json').read_text())
  assert (summary['trials'], summary['complete_repeats']) == (2, 2)
  f1, auc = [], []
  for repeat in range(2):
    with np.load(run / 'predictions' / f'{repeat}-0.npz') as file:
      found = dict(file)
    assert found['aus'].tolist() == ['AU1', 'AU12']
    assert found['clips'][found['clip']].tolist() == ['F002_T1'] * 10 + ['M004_T1'] * 10
    assert found['frame_number'].tolist() == [*range(1, 11), *range(12, 22)]
    truth, scores = found['target'], found['probabilities']
    known = truth != 9
    assert not known[:, 1].all()
    pairs = [(truth[k, i], scores[k, i]) for i, k in enumerate(known.T)]
    f1.append([metrics.f1_score(t, s >= 0.5, zero_division=0) for t, s in pairs])
    auc.append([metrics.roc_auc_score(t, s) for t, s in pairs])
  for i, name in enumerate(('AU1', 'AU12')):
    assert summary['aus'][name]['f1'] == pytest.approx(np.mean(f1, axis=0)[i])
    assert summary['aus'][name]['auc'] == pytest.approx(np.mean(auc, axis=0)[i])
  assert summary['f1_mean'] == pytest.approx(np.mean(f1))
  assert summary['f1_std'] == pytest.approx(np.std(np.mean(f1, axis=1), ddof=1))
  assert summary['over_floor']['f1']['subjects'] == 2
  always = [metrics.f1_score(t, np.ones_like(t)) for t, _ in pairs]
  assert summary['means']['constant_f1'] == pytest.approx(np.mean(always))
  over = summary['means']['tuned_f1'] - np.mean(always)
  assert summary['over_constant']['tuned_f1']['difference'] == pytest.approx(over)
  for picture in ('action_units.png', 'training_curves.png'):
    assert (run / picture).read_bytes().startswith(b'\x89PNG')
  described = json.loads((run / 'dataset.json').read_text())
  assert described['frames'] == 4 * FRAMES - 1


def test_the_full_release_counted_from_zero_is_the_same_set(prepared, tmp_path_factory):
  other = prepare('full', tmp_path_factory, offset=1)
  one, two = (
    list(records.coded(catalogue.prepared_builder('bp4d', '', str(data_dir))))
    for data_dir in (prepared, other)
  )
  assert [records.coded_digest(r) for r in one] == [
    records.coded_digest(r) for r in two
  ]


def test_its_report_has_each_unit(run, tmp_path):
  succeeds('stc_jax.report', f'--workdir={run}', f'--out={tmp_path}')
  summary = json.loads((run / 'summary.json').read_text())
  with (tmp_path / 'tables' / 'detection.csv').open(newline='') as file:
    rows = {row['action unit']: row for row in csv.DictReader(file)}
  assert list(rows) == ['AU1', 'AU12', 'mean']
  assert rows['AU12']['STC-NLSTM, F1'] == f'{summary["aus"]["AU12"]["f1"]:.3f}'
  always = summary['aus']['AU12']['constant_f1']
  assert rows['AU12']['always, F1'] == f'{always:.3f}'
  with (tmp_path / 'tables' / 'mean_f1.csv').open(newline='') as file:
    ours = {row['method']: row for row in csv.DictReader(file)}['STC-NLSTM']
  for column, field in (
    ('tuned, over the tuned floor, 95 %', 'over_floor'),
    ('tuned, over always, 95 %', 'over_constant'),
  ):
    over = summary[field]['tuned_f1']['difference']
    assert ours[column].split()[0] == f'{over:+.3f}'
  page = (tmp_path / 'index.html').read_text()
  assert '0.58' in page  # the paper's, of the test partition
  assert 'facial muscles' in (tmp_path / 'MODEL_CARD.md').read_text()


def test_pairs_of_runs_are_compared_on_the_same_frames(run, tmp_path):
  perfect, damaged = (shutil.copytree(run, tmp_path / n) for n in ('all', 'damaged'))
  for path in (perfect / 'predictions').iterdir():
    with np.load(path) as file:
      arrays = dict(file)
    arrays['probabilities'] = np.where(arrays['target'] == 1, 0.9, 0.1)
    np.savez(path, **arrays)
  (damaged / 'predictions' / '1-0.npz').write_bytes(b'PK')
  succeeds('stc_jax.report', *(f'--workdir={path}' for path in (perfect, run, damaged)))
  with (perfect / 'report' / 'tables' / 'pairs.csv').open(newline='') as file:
    one, *others = csv.DictReader(file)
  summary = json.loads((run / 'summary.json').read_text())
  assert one['pair'] == f'STC-NLSTM, all over STC-NLSTM, {run.name}'
  assert one['F1'] == f'{1 - summary["f1_mean"]:+.3f}'
  assert one['what was compared'] == '2 subjects, 2 times'
  for other in others:
    assert f'nothing: {damaged}/predictions/1-0.npz' in other['what was compared']


def test_tested_again_it_says_the_same(run, environment, tmp_path):
  copy = shutil.copytree(run, tmp_path / 'run')
  (copy / 'summary.json').unlink()
  succeeds('stc_jax.main', '--mode=evaluate', f'--workdir={copy}', env=environment)
  names = ('summary.json', 'predictions/0-0.npz', 'predictions/1-0.npz')
  for name in names:
    assert (copy / name).read_bytes() == (run / name).read_bytes()


# A model knows no task: the others are tried with clips, in test_train.
@pytest.mark.slow
def test_another_model_runs_the_task(prepared, environment, tmp_path):
  model = 'stc_lstm'
  argv = command(prepared, tmp_path, protocol__repeats='1')
  argv = [word for word in argv if 'config.stc_nlstm' not in word]
  small = [f'--config.{k.replace("stc_nlstm", model)}={v}' for k, v in FIELDS.items()]
  small = [word for word in small if f'{model}.' in word]
  succeeds(*argv, f'--config.model={model}', *small, env=environment)
  assert json.loads((tmp_path / 'summary.json').read_text())['model'] == model


@pytest.mark.slow
def test_one_model_on_everything_has_no_score(prepared, environment, tmp_path):
  said = succeeds(*command(prepared, tmp_path, protocol__kind='all'), env=environment)
  assert 'there is no score' in said
  summary = json.loads((tmp_path / 'summary.json').read_text())
  assert summary['trial_f1_mean'] is None
  assert (tmp_path / 'models' / '0-0').exists()


def test_cut_off_predictions_are_named(run, environment, tmp_path):
  copy = shutil.copytree(run, tmp_path / 'run')
  path = copy / 'predictions' / '1-0.npz'
  path.write_bytes(path.read_bytes()[:100])
  config = json.loads((run / 'execution.json').read_text())
  again = command(config['data_dir'], copy)
  fails(*again, naming=('predictions/1-0.npz', 'trials/1-0.json'), env=environment)


def test_a_model_tells_each_frame_of_a_recording(run, prepared):
  model = stc_jax.load(run / 'models' / '0-0')
  assert model.names == ('AU1', 'AU12')
  builder = catalogue.prepared_builder('bp4d', '', str(prepared))
  frames = {record.clip: record.frames for record in records.coded(builder)}
  found = model(frames['F002_T1'], fps=25.0)
  with np.load(run / 'predictions' / '0-0.npz') as file:
    wanted = file['probabilities'][: len(found)]
  np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_what_does_not_go_together_is_named(prepared, data_dir, environment, tmp_path):
  for fields, naming in (
    ({'task__aus': '(1, 2)'}, 'AU2'),
    ({'task__aus': '(1, 100)'}, 'task.aus'),
    ({'input__sampling': 'uniform'}, ('input.sampling', 'past')),
    ({'input__training_sampling': 'jittered'}, 'input.training_sampling'),
    ({'task__kind': 'classification'}, 'task.aus'),
    ({'dataset__name': 'clip_folder', 'execution__data_dir': str(data_dir)}, 'coded'),
  ):
    fails(*command(prepared, tmp_path, **fields), naming=naming, env=environment)


@pytest.mark.slow
def test_a_run_has_its_own_numbers_on_its_own_set(run, environment, tmp_path):
  argv = (f'--model={run}', f'--workdir={tmp_path / "test"}')
  succeeds('stc_jax', 'test', *argv, env=environment)
  found, trained = (
    json.loads((folder / 'summary.json').read_text())
    for folder in (tmp_path / 'test', run)
  )
  assert {name: found[name] for name in trained} == trained
  for name in ('0-0.npz', '1-0.npz'):
    ours, theirs = (
      folder / 'predictions' / name for folder in (tmp_path / 'test', run)
    )
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_bundle_without_its_run_is_tested_without_a_floor(
  run, prepared, environment, tmp_path
):
  bundle = shutil.copytree(run / 'models' / '0-0', tmp_path / 'moved')
  fields = json.loads((bundle / 'bundle.json').read_text())
  fields['subjects'] = {'bp4d': ['F099']}  # as if it had been trained elsewhere
  (bundle / 'bundle.json').write_text(json.dumps(fields))
  where = (f'--data_dir={prepared}', f'--workdir={tmp_path / "test"}')
  argv = (f'--model={bundle}', '--dataset=bp4d', *where)
  said = succeeds('stc_jax', 'test', *argv, env=environment)
  assert 'no floors of the training set' in said
  summary = json.loads((tmp_path / 'test' / 'summary.json').read_text())
  assert summary['means']['f1'] is not None
  assert summary['means']['floor_f1'] is None
  fails(
    'stc_jax',
    'test',
    f'--model={run / "models" / "0-0"}',
    *argv[1:],
    naming='was trained on 2 of the 4',
    env=environment,
  )
  succeeds('stc_jax.report', f'--workdir={tmp_path / "test"}')
  table = tmp_path / 'test' / 'report' / 'tables' / 'tests.csv'
  with table.open(newline='') as file:
    (row,) = csv.DictReader(file)
  (score,) = [value for name, value in row.items() if name.endswith(': F1')]
  assert score == f'{100 * summary["means"]["f1"]:.1f}'
