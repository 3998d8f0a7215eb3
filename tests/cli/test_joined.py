"""One run over two prepared sets, on the command line."""

import csv
import json

import pytest
import small_run
from command import fails, succeeds

from stc_jax.bundle import bundle_folder
from stc_jax.tasks.clip_results import BASELINES

NAMES = "('clip_folder', 'clip_folder/other')"
CLASSES = "(('mouth_wide', 'mouth_open'), ('nodding', ''), ('nod', ''))"
MISSPELT = "(('nodd', ''),)"
FIELDS = small_run.NETWORK | {
  'dataset.name': '',
  'dataset.names': NAMES,
  'dataset.classes': CLASSES,
  'dataset.balanced': 'True',
  'input.frames': '4',
  'protocol.kind': 'databases',
  'training.stages': '((20, 0.001),)',
  'training.batch_size': '4',
  'execution.steps_per_chunk': '5',
}


@pytest.fixture(scope='module')
def two_sets(made, tmp_path_factory):
  """Beside the small clips, those of three subjects: other labels, another rate."""
  folder = tmp_path_factory.mktemp('joined')
  small_run.write_clips(folder / 'clips', small_run.SUBJECTS[:3])
  for before, now in (('mouth_open', 'mouth_wide'), ('nod', 'nodding')):
    (folder / 'clips' / before).rename(folder / 'clips' / now)
  data = folder / 'data'
  (data / 'clip_folder').mkdir(parents=True)
  (data / 'clip_folder' / 'default').symlink_to(made.data / 'clip_folder' / 'default')
  succeeds(
    *small_run.PREPARE,
    '--builder_config=other',
    '--image_fps=10',
    f'--manual_dir={folder / "clips"}',
    f'--data_dir={data}',
  )
  return data


def command(data, workdir, **fields):
  return small_run.of_launch_file('clip_folder', data, workdir, FIELDS, **fields)


def rows_of(path):
  with path.open(newline='') as file:
    return list(csv.DictReader(file))


@pytest.fixture(scope='module')
def trained(two_sets, environment, tmp_path_factory):
  """The folder of a run with its frames on the host, and what it said."""
  run = tmp_path_factory.mktemp('trained') / 'run'
  argv = command(two_sets, run, execution__placement='host')
  return run, succeeds(*argv, env=environment)


def test_each_set_is_tested_by_a_model_of_the_other(trained):
  run, said = trained
  assert 'classes of the joined sets' in said
  assert 'left out: 14 of 42 clips' in said
  assert 'note: frame rates differ (clip_folder 25, clip_folder/other 10 Hz)' in said
  summary = json.loads((run / 'summary.json').read_text())
  assert summary['classes'] == ['brows_up', 'mouth_open']
  assert summary['trial_databases'] == [['clip_folder'], ['clip_folder/other']]
  rows = rows_of(run / 'predictions.csv')
  assert len({row['clip'] for row in rows}) == len(rows) == 28
  for number, (name, own) in enumerate(summary['databases'].items()):
    tested = [row for row in rows if row['fold'] == str(number)]
    assert all(row['subject'].startswith(f'{name}/') for row in tested)
    right = sum(row['label'] == row['predicted'] for row in tested) / len(tested)
    assert own['accuracy'] == pytest.approx(right)
    trial = json.loads((run / 'trials' / f'0-{number}.json').read_text())
    scores = 'accuracy', 'uar', *BASELINES
    assert [own[score] for score in scores] == pytest.approx([trial[s] for s in scores])
  first = bundle_folder.load(run / 'models' / '0-0')
  assert first.subjects == {'clip_folder/other': ('anna', 'ben', 'carl')}


def test_a_report_has_a_table_of_the_sets(trained, environment, tmp_path):
  run, _ = trained
  succeeds('stc_jax.report', f'--workdir={run}', f'--out={tmp_path}', env=environment)
  table = rows_of(tmp_path / 'tables' / 'databases.csv')
  assert table[0]['set: method'] == 'clip_folder: STC-NLSTM'
  assert len(table) == 8
  assert all(0 <= float(row['UAR']) <= 100 for row in table)
  assert 'data:image/jpeg' in (tmp_path / 'index.html').read_text()


@pytest.mark.slow
def test_frames_on_the_device_and_a_second_test_give_the_same_files(
  trained, two_sets, environment, tmp_path
):
  run, _ = trained
  argv = command(two_sets, tmp_path / 'run', execution__placement='device')
  succeeds(*argv, env=environment)
  compared = 'summary.json', 'predictions.csv', 'models/0-1/weights.safetensors'
  again = f'--workdir={tmp_path / "run"}'
  for _ in range(2):
    for name in compared:
      assert (tmp_path / 'run' / name).read_bytes() == (run / name).read_bytes()
    succeeds('stc_jax.main', '--mode=evaluate', again, env=environment)


def test_what_is_wrong_ends_in_one_line(two_sets, environment, tmp_path, finished):
  for fields, naming in (
    ({'dataset__classes': MISSPELT}, "no set has a class 'nodd'; did you mean"),
    (
      {'dataset__names': "('clip_folder',)", 'dataset__classes': '()'},
      "'databases' tests each of several",
    ),
    (
      {
        'dataset__names': "('clip_folder', 'clip_folder/more')",
        'dataset__classes': '()',
      },
      'prepare --dataset=clip_folder --builder_config=more',
    ),
  ):
    argv = command(two_sets, tmp_path / 'none', **fields)
    fails(*argv, naming=naming, env=environment)
  fails(*command(two_sets, finished), naming='is of another run', env=environment)
