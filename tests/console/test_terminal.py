"""Names are printed unchanged, also with Rich's markup in them."""

import ast
import io
import pathlib

from rich.table import Table

from stc_jax.console import tables, terminal
from stc_jax.console.progress import TrainingProgress, VideoProgress, with_bar
from stc_jax.tasks import clip_scoreboard

LABELS = ('[posed]', 'w[/x]', ':smile:', '[red]')
ROOMS = ('stc_jax', 'datasets', 'benchmarks', 'launch', 'docs')
ONLY = pathlib.Path('stc_jax/console/terminal.py')

SUMMARY = {
  'model': 'm[/y]',
  'trials': 2,
  'accuracy_mean': 0.5,
  'accuracy_std': None,
  'accuracy_ci95': None,
  'trial_accuracy_mean': 0.5,
  'trial_accuracy_std': None,
  'temporal_floor_accuracy': 0.4,
  'floor_accuracy': 0.3,
  'chance_accuracy': 0.25,
  'over_temporal_floor': None,
  'over_floor': None,
  'class_accuracy': dict.fromkeys(LABELS, 0.5),
  'uar': 0.5,
  'macro_f1': 0.5,
  'absent': ['[gone]'],
}


def printed(on_terminal=False):
  file = io.StringIO()
  return file, terminal.console(file=file, width=200, force_terminal=on_terminal)


def test_tables_and_lines():
  file, console = printed()
  described = {'name': 'set[/a]', 'clips': 4, 'subjects': 2}
  described['classes'] = dict.fromkeys(LABELS, 1)
  tables.print_dataset(console, described, described['classes'], 'folds of [two]')
  tables.print_network(console, 'm[/y]', [('[c]', '', '', '', '')], {'[/lstm]': 3})
  board = clip_scoreboard.scoreboard(SUMMARY)
  files = ['summary.json']
  tables.print_scoreboard(console, board, SUMMARY, pathlib.Path('runs[/b]'), files)
  table = Table(title='t[/itle]', caption=':cat:')
  table.add_column('[column]')
  table.add_row('[/cell]')
  console.print(table)
  said = file.getvalue()
  for name in (
    *LABELS,
    'set[/a]',
    '[two]',
    '[c]',
    '[/lstm]',
    'm[/y], mean',
    'runs[/b]',
    '[gone]',
  ):
    assert name in said, name
  for name in ('t[/itle]', ':cat:', '[column]', '[/cell]'):
    assert name in said, name
  assert said.count('[posed]') == 2


def test_bars():
  file, console = printed(on_terminal=True)
  assert list(with_bar([1, 2], 'lays [/out]', console)) == [1, 2]
  with (
    VideoProgress(2, console) as progress,
    progress.frames('a[/b].mp4', 2, 'finds [faces]') as advance,
    progress.frames('c.mp4', 5, 'draws'),  # side by side
  ):
    for _ in range(3):  # it is read twice
      advance()
    progress.count_video()
  with TrainingProgress(1, 1, 1, 0, console):
    pass
  said = file.getvalue()
  for words in (
    'lays [/out]',
    'a[/b].mp4: finds [faces]',
    '1/2',
    'c.mp4: draws',
    'all videos',
  ):
    assert words in said, words
  assert '3/2' not in said


def test_nothing_else_opens_a_console():
  opened = []
  for path in (path for room in ROOMS for path in pathlib.Path(room).rglob('*.py')):
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
      if isinstance(node, ast.Call):
        name = getattr(node.func, 'id', getattr(node.func, 'attr', ''))
        if name in ('Console', 'from_markup') and path != ONLY:
          opened.append(f'{path}:{node.lineno}')
      if isinstance(node, ast.ImportFrom) and node.module == 'rich.progress':
        assert 'track' not in [a.name for a in node.names], path  # reads markup
  assert not opened, 'use stc_jax.console.terminal'
