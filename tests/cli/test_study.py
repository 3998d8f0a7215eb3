"""A study from the command line: two methods on the same small clips."""

import json
import pathlib

import kills
import pytest
import small_run
import small_study
from command import fails, succeeds

from stc_jax.errors import InputError
from stc_jax.launch import clip_folder
from stc_jax.launch import study as launch_study
from stc_jax.runs import study_fields
from stc_jax.runs.study import experiments

LAUNCH = pathlib.Path(small_study.__file__).read_text(encoding='utf-8')


@pytest.fixture
def launch(tmp_path):
  path = tmp_path / 'mine.py'
  path.write_text(LAUNCH)
  return path


def command(launch, data_dir, workdir):
  fields = {'training__stages': '((4, 0.001),)', 'protocol__repeats': '1'}
  argv = small_run.command(data_dir, workdir, **fields)
  argv[1] = f'--config={launch}'
  notation = small_run.NETWORK['stc_nlstm.notation']
  return [*argv, f'--config.stc.notation={notation}']


def test_runs_are_made_once_and_compared(launch, data_dir, environment, tmp_path):
  workdir = tmp_path / 'study'
  first, argv = workdir / 'no_LSTM', command(launch, data_dir, workdir)
  kills.kill(argv, environment, (first / 'summary.json').exists, 0.2)
  made = kills.outcome(first)
  said = succeeds(*argv, env=environment)
  assert [name for name in ('no LSTM', 'whole') if name not in said] == []
  assert made == kills.outcome(first)
  trials = sorted(workdir.rglob('trials/*.json'))
  assert {path.parent.parent.name for path in trials} == {'no_LSTM', 'whole'}
  config = json.loads((first / 'config.json').read_text())
  assert config['model'] == 'stc'
  assert config['training']['weight_decay'] == 0.1
  summary = json.loads((first / 'summary.json').read_text())
  tables = workdir / 'report' / 'tables'
  ours = f'no LSTM,ours,,{100 * summary["accuracy_mean"]:.1f},'
  assert ours in (tables / 'accuracy.csv').read_text()
  assert 'no LSTM over whole' in (tables / 'pairs.md').read_text()


def test_what_a_run_sets_is_checked(launch, data_dir, environment, tmp_path):
  launch.write_text(LAUNCH.replace("'weight_decay'", "'weight_deacy'"))
  argv = command(launch, data_dir, tmp_path / 'study')
  fails(*argv, naming=("study 'no LSTM'", 'weight_deacy'), env=environment)
  assert not (tmp_path / 'study').exists()


def test_the_command_line_holds_for_every_run():
  study = (
    ('one', {'training': {'weight_decay': 0.1, 'stages': ((9, 0.1),)}}),
    ('two', {}),
  )
  sections = clip_folder.get_config().to_dict() | {'study': study}
  runs = experiments(sections, ['training.stages'])
  assert runs['one'].training.stages == runs['two'].training.stages
  with pytest.raises(InputError, match="'one' and 'two' are the same run"):
    experiments(sections, ['training.stages', 'training.weight_decay'])


def methods(*argv):
  """The runs of the paper's methods with fields set as on a command line."""
  config = launch_study.get_config('mmi,methods')
  fields = dict(argv)
  config.update_from_flattened_dict(fields)
  sections = config.to_dict()
  found = experiments(sections, list(fields))
  return found, list(study_fields.notes(found, sections, list(fields)))


def test_stills_follow_from_what_the_command_line_sets():
  runs, notes = methods(
    ('training.batch_size', 4),
    ('training.stages', ((800, 0.001), (400, 0.0001))),
    ('input.frames', 18),
    ('input.height', 32),
  )
  stills = runs['DenseNet']
  shown = {(run.training.batch_size, run.input.frames) for run in runs.values()}
  assert shown == {(4, 18), (16, 3)}
  clips = {run.training.steps * run.training.batch_size for run in runs.values()}
  assert clips == {4800}
  assert stills.training.stages == ((200, 0.005), (100, 0.0005))
  assert {run.input.height for run in runs.values()} == {32}
  assert len(notes) == 3
  assert 'note: DenseNet has input.frames=3, as its method needs' in notes


def test_a_model_that_is_set_holds_for_runs_that_have_none():
  config = launch_study.get_config('mmi,methods')
  stills = dict(config.study)['DenseNet']
  config.study = (('whole', {}), ('stills', stills))
  config.model = 'stc'
  found = experiments(config.to_dict(), ['model'])
  assert [run.model for run in found.values()] == ['stc', 'densenet']
  notes = list(study_fields.notes(found, config.to_dict(), ['model']))
  assert notes == ['note: stills has model=densenet, as its method needs']


def test_a_field_of_one_model_holds_for_all_that_have_it():
  runs, notes = methods(
    ('stc_nlstm.lstm_width', 64),
    ('stc.notation', 'C(3,4)-S'),
    ('stc_lstm.lstm_width', 9),
    ('stc_slstm.lstm_width', 64),
  )
  widths = {n: getattr(run.network, 'lstm_width', None) for n, run in runs.items()}
  assert (widths.pop('STC'), widths.pop('DenseNet'), widths.pop('STC-LSTM')) == (
    (None, None, 9)
  )
  assert set(widths.values()) == {64}
  notations = {getattr(run.network, 'notation', None) for run in runs.values()}
  assert notations == {None, 'C(3,4)-S'}
  assert notes == []


def test_what_holds_for_no_run_or_is_ambiguous_is_refused():
  with pytest.raises(
    InputError, match=r'^stc_nlstm.lstm_width and stc_lstm.lstm_width'
  ):
    methods(('stc_nlstm.lstm_width', 64), ('stc_lstm.lstm_width', 9))
  config = launch_study.get_config('mmi,layers')
  with pytest.raises(InputError, match=r'^densenet.depth: set, but the model is'):
    experiments(config.to_dict(), ['densenet.depth'])


def test_what_is_no_study_is_refused(launch, data_dir, environment, tmp_path):
  launch.write_text(LAUNCH.replace("('whole', {}),", "('no LSTM', {}),"))
  argv = command(launch, data_dir, tmp_path / 'study')
  fails(*argv, naming='study: must be pairs', env=environment)
